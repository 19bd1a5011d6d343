import type { RuleList } from './rule-list.ts'

/** Symbols of 32-bit system libraries carry the calling convention: `_KiUserExceptionDispatcher@8`. */
const anyConvention = (patterns: readonly string[]): string[] =>
  patterns.map((pattern) => pattern.replace(/^(.*)\$$/, '_?(?:$1)(?:@\\d+)?$'))

export const windows: RuleList = {
  name: 'Windows',
  irrelevant: anyConvention([
    // How an exception travels: it starts in one of these, and the program's own frame stands below.
    'KiUserExceptionDispatch(?:er)?$',
    'KiRaiseUserExceptionDispatcher$',
    'Rtl(?:pHandleInvalidUserCallTarget|DispatchException|RaiseException|RaiseStatus|ReportFatalFailure|ReportCriticalFailure|FailFast2?|pBreakPointHeap|pHeapHandleError|pLogHeapFailure|ReportException)$',
    'RtlpReportHeapFailure$',
    '(?:Raise(?:FailFast)?Exception|FatalExit|DebugBreak|DbgBreakPoint|FatalAppExit[AW]|UnhandledExceptionFilter)$',
    '_?CxxThrowException$',
    '_(?:CxxFrameHandler\\d?|CxxCallCatchBlock|except_handler\\d|C_specific_handler|GSHandlerCheck.*)$',
    '__(?:report_gsfailure|report_rangecheckfailure|report_securityfailure(?:Ex)?|fastfail|scrt_fastfail|raise_securityfailure|GSHandlerCheck.*)$',
    '_*(?:invalid_parameter|invoke_watson|invalid_parameter_noinfo|invalid_parameter_noinfo_noreturn|invalid_parameter_internal|call_reportfault|purecall)$',
    'std::_(?:Xbad_alloc|Xlength_error|Xout_of_range|Xbad_function_call|Throw_.*|Xinvalid_argument|Xruntime_error|Xregex_error)$',
    'issue_debug_notification$',
    '(?:common_assert|_?wassert).*$',
    'guard_(?:icall|dispatch_icall|check_icall).*$',
    '_guard_',
  ]),
  prefix: anyConvention([
    'Rtl(?:p?(?:Allocate|Free|ReAllocate|Size|Destroy|Create).*Heap.*|p?(?:Enter|Leave|Initialize|Delete)CriticalSection.*|p?Wait.*|.*SRWLock.*|p?(?:Copy|Move|Fill|Zero)Memory.*|p?(?:Lfh|Hp).*|UserThreadStart)$',
    '(?:Local|Global|Heap|Virtual|CoTaskMem)(?:Alloc|Free|ReAlloc|Size|Lock|Unlock)(?:Ex|Internal)?(?:Stub)?$',
    '(?:Nt|Zw)[A-Z]',
    '(?:Wait|MsgWait)For(?:Single|Multiple)Objects?(?:Ex)?$',
    '(?:Sleep|SleepEx|SleepConditionVariable(?:SRW|CS)|EnterCriticalSection|LeaveCriticalSection|WaitOnAddress)$',
    '(?:Dispatch|Peek|Get|Send|Post)Message(?:Worker|Timeout)?[AW]?$',
    '(?:UserCallWinProc(?:CheckWow)?|DispatchClientMessage|__fnDWORD|_?InternalCallWinProc|CallWindowProc[AW]?)$',
    '(?:BaseThreadInitThunk|BaseProcessStart|_?_?RtlUserThreadStart|thread_start|__scrt_common_main(?:_seh)?|invoke_main|__tmainCRTStartup|w?WinMainCRTStartup)(?:<T>)?$',
    '_?(?:malloc|calloc|realloc|free|recalloc|aligned_malloc|aligned_free|msize)(?:_base|_dbg|_crt)?$',
    '(?:LoadLibrary(?:Ex)?[AW]|Ldr[A-Z]\\w*|FreeLibrary|GetProcAddress)$',
    '(?:Zw)?Terminate(?:Process|Thread)$',
    'ATL::|CComPtr(?:Base)?(?:<T>)?::|Microsoft::WRL::ComPtr(?:<T>)?::',
    // Some symbol files give a module's name where a function should stand.
    '<unknown in ',
  ]),
  sentinels: ['_purecall', '_CxxThrowException', '__report_gsfailure'],
  systemModules: [
    '(?:ntdll|wow64|wow64cpu|wow64win|wow64base|xtajit(?:64)?|kernel32|kernelbase|verifier|vrfcore|apphelp|ucrtbased?)\\.dll$',
    '(?:user32|win32u|gdi32|gdi32full|gdiplus|imm32|msctf|uxtheme|dwmapi|comctl32|comdlg32|shell32|shlwapi|shcore|windows\\.storage)\\.dll$',
    '(?:combase|ole32|oleaut32|rpcrt4|sechost|advapi32|clbcatq|coremessaging|coreuicomponents|textinputframework|inputhost|twinapi\\.appcore|wintypes)\\.dll$',
    '(?:ws2_32|mswsock|dnsapi|winhttp|wininet|crypt32|bcrypt|bcryptprimitives|cryptbase|ncrypt|secur32|sspicli)\\.dll$',
    '(?:msvcr(?:t|\\d+)|msvcp(?:\\d+)?(?:_win|_\\d)?|vcruntime\\d+(?:_\\d)?|msvcp_win|concrt\\d+)d?\\.dll$',
    '(?:dbghelp|dbgcore|faultrep|wer|winmm|powrprof|profapi|setupapi|cfgmgr32|version|psapi|userenv|winsta|wtsapi32)\\.dll$',
  ],
}
