export interface DebuggerLines {
  readonly title: string
  readonly lines: string
}

/** The exact lines to open the dump; the debugger of the dump's own system first. Only our own id and address stand in them. */
export function commandsFor(dump: { readonly id: string; readonly dumpAddress: string; readonly os: string | undefined }): DebuggerLines[] {
  const file = `${dump.id}.dmp`
  const fetchIt: DebuggerLines = {
    title: 'Fetch it (a token with the right read-dumps)',
    lines: `curl -f -H "Authorization: Bearer $CRASHKEEP_TOKEN" \\\n  -o ${file} \\\n  '${dump.dumpAddress}'`,
  }
  const windbg: DebuggerLines = { title: 'WinDbg', lines: `windbg -z ${file} -c ".ecxr; kP; ~*k"` }
  const lldb: DebuggerLines = { title: 'lldb', lines: `lldb --core ${file} -o bt -o 'thread backtrace all'` }
  const gdb: DebuggerLines = {
    title: 'gdb, after Breakpad made a core file of it',
    lines: `minidump-2-core ${file} > ${dump.id}.core\ngdb PROGRAM ${dump.id}.core -ex bt -ex 'thread apply all bt'`,
  }
  const ours: DebuggerLines = { title: 'Without a debugger', lines: `crashkeep stackwalk ${file} SYMBOLS` }
  if (dump.os?.startsWith('Windows') === true) return [fetchIt, windbg, lldb, ours]
  if (dump.os === 'Linux' || dump.os === 'Android') return [fetchIt, lldb, gdb, windbg, ours]
  return [fetchIt, lldb, windbg, ours]
}
