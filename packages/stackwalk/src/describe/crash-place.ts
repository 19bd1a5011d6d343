import { leafName } from '@crashkeep/minidump'
import { formatHex } from '../address.ts'
import { maxSentenceNameLength } from '../limits.ts'
import type { ProcessedFrame } from '../processed-crash.ts'

/** One function on the stack, real or inlined. */
export interface Call {
  readonly function: string | null
  readonly file: string | null
  readonly line: number | null
  readonly frame: ProcessedFrame
}

/** Functions by which a program ends itself or reports an error: the cause is who called them. */
const endings: readonly RegExp[] = [
  /^(__GI_)?_*(raise|gsignal|abort|kill|tgkill|pthread_kill(@@GLIBC.*)?|pthread_kill_implementation|pthread_kill_internal|fortify_fail|libc_message|libc_fatal|stack_chk_fail)$/,
  /^_*(assert|assert_fail|assert_fail_base|assert_rtn|libc_start_call_main_abort)$/,
  /^(RaiseException|RtlRaiseException|KiUserExceptionDispatch|KiRaiseUserExceptionDispatcher|_CxxThrowException|_invoke_watson|_invalid_parameter.*|terminate)$/,
  /^_*cxa_(throw|rethrow)|^std::(__1::)?(terminate|__terminate)|^__(gnu_cxx::__verbose_terminate_handler|cxxabiv1::__terminate)|^__clang_call_terminate/,
  /^(base::ImmediateCrash|base::debug::|logging::(LogMessage|CheckError|NotReached|RawCheck)|base::internal::OnNoMemoryInternal|base::TerminateBecauseOutOfMemory|partition_alloc::(internal::)?(OnNoMemory|TerminateBecauseOutOfMemory))/,
  /^(v8::base::(OS::Abort|FatalOOM)|V8_Fatal|V8_Dcheck|v8::internal::(V8::)?FatalProcessOutOfMemory|v8::Utils::ReportOOMFailure|node::(Abort|Assert|OnFatalError|OOMErrorHandler|FatalError))/,
  /^(core::panicking::|std::panicking::|std::process::abort|rust_begin_unwind|__rust_start_panic|rust_panic)/,
]

const outOfMemory =
  /OutOfMemory|OnNoMemory|ReportOOM|FatalOOM|handle_oom|mozalloc_abort.*oom|alloc::alloc::handle_alloc_error|rust_oom|std::__throw_bad_alloc|__rg_oom/i

/** How far up from the crash the program's own words count. */
const looksAtCalls = 12

export function calls(frames: readonly ProcessedFrame[]): Call[] {
  return frames
    .slice(0, looksAtCalls)
    .flatMap((frame): Call[] => [
      ...(frame.inlines ?? []).map((call) => ({ ...call, frame })),
      { function: frame.function, file: frame.file, line: frame.line, frame },
    ])
}

export function isAbortCall(call: Call): boolean {
  return call.function !== null && /^(__GI_)?_*abort$/.test(bareName(call.function))
}

export function namesOutOfMemory(stack: readonly Call[]): boolean {
  return stack.some((call) => call.frame.trust !== 'scan' && call.function !== null && outOfMemory.test(call.function))
}

/** The first function that is not a way of ending the program; the innermost one when all are. */
export function placeOf(stack: readonly Call[]): string {
  const culprit = stack.find((call) => call.function === null || !isEnding(call.function)) ?? stack[0]
  if (culprit === undefined) return ''
  const { frame } = culprit
  if (culprit.function !== null) {
    const file = culprit.file === null ? '' : cut(leafName(culprit.file.replace(/:[0-9a-f]{12,}$/, '')))
    const position = file === '' ? '' : ` (${file}${culprit.line === null || culprit.line === 0 ? '' : `:${culprit.line}`})`
    return ` in \`${cut(culprit.function)}\`${position}`
  }
  if (frame.module === null) return ` at ${formatHex(BigInt(frame.offset))}, in no module`
  return ` in \`${cut(frame.module)}\` + ${formatHex(BigInt(frame.module_offset ?? 0))}`
}

function isEnding(name: string): boolean {
  const bare = bareName(name)
  return endings.some((pattern) => pattern.test(bare))
}

/** Without arguments; names of the C runtime have none. */
function bareName(name: string): string {
  const parenthesis = name.indexOf('(')
  return parenthesis > 0 ? name.slice(0, parenthesis) : name
}

function cut(name: string): string {
  return name.length > maxSentenceNameLength ? `${name.slice(0, maxSentenceNameLength)}…` : name
}
