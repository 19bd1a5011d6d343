export interface DebuggerLines {
  readonly title: string
  readonly lines: string
}

/** The exact lines to open the dump; the debugger of the dump's own system first. Only our own id and address stand in them. */
export function commandsFor(dump: { readonly id: string; readonly dumpAddress: string; readonly os: string | undefined }): DebuggerLines[] {
  const file = `${dump.id}.dmp`
  const fetchIt: DebuggerLines = {
    title: 'Fetch it (a token with the right read-dumps)',
    lines: `curl -fH "Authorization: Bearer $CRASHKEEP_TOKEN" -o ${file} \\\n  '${dump.dumpAddress}'`,
  }
  const windbg: DebuggerLines = { title: 'WinDbg', lines: `windbg -z ${file}\n.ecxr\nkP\n~*k` }
  const lldb: DebuggerLines = {
    title: 'lldb',
    lines: `lldb --core ${file}\n(lldb) bt\n(lldb) thread backtrace all\n(lldb) target modules add --uuid …   # when a module is not found`,
  }
  const gdb: DebuggerLines = {
    title: 'gdb (Linux; Breakpad converts the dump)',
    lines: `minidump-2-core ${file} > core\ngdb ./PROGRAM core\n(gdb) bt\n(gdb) thread apply all bt`,
  }
  const ours: DebuggerLines = { title: 'Without a debugger', lines: `crashkeep stackwalk ${file} SYMBOLS` }
  if (dump.os?.startsWith('Windows') === true) return [fetchIt, windbg, lldb, ours]
  if (dump.os === 'Linux' || dump.os === 'Android') return [fetchIt, lldb, gdb, windbg, ours]
  return [fetchIt, lldb, windbg, ours]
}
