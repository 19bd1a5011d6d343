import type { CodeTable } from './code-table.ts'

/** Mach exception types (mach/exception_types.h); SIMULATED is Crashpad’s dump without a crash. */
export const macosExceptions: CodeTable = {
  1: 'EXC_BAD_ACCESS',
  2: 'EXC_BAD_INSTRUCTION',
  3: 'EXC_ARITHMETIC',
  4: 'EXC_EMULATION',
  5: 'EXC_SOFTWARE',
  6: 'EXC_BREAKPOINT',
  7: 'EXC_SYSCALL',
  8: 'EXC_MACH_SYSCALL',
  9: 'EXC_RPC_ALERT',
  11: 'EXC_RESOURCE',
  12: 'EXC_GUARD',
  1129345912: 'SIMULATED',
}

/** Codes of EXC_BAD_ACCESS that are kern_return_t values. */
export const macosKernCodes: CodeTable = {
  1: 'KERN_INVALID_ADDRESS',
  2: 'KERN_PROTECTION_FAILURE',
  5: 'KERN_FAILURE',
  8: 'KERN_NO_ACCESS',
  9: 'KERN_MEMORY_FAILURE',
  10: 'KERN_MEMORY_ERROR',
  50: 'KERN_CODESIGN_ERROR',
}

/** Codes of EXC_SOFTWARE. */
export const macosSoftwareCodes: CodeTable = {
  1: 'EXC_PPC_TRAP',
  65538: 'SIGABRT',
  65792: 'EXC_PPC_MIGRATE',
  3735929054: 'UNCAUGHT_NS_EXCEPTION',
}

/** Codes of EXC_BAD_ACCESS by kind of processor. */
export const macosBadAccess: Readonly<Record<string, CodeTable>> = {
  arm: {
    257: 'EXC_ARM_DA_ALIGN',
    258: 'EXC_ARM_DA_DEBUG',
    259: 'EXC_ARM_SP_ALIGN',
    260: 'EXC_ARM_SWP',
    261: 'EXC_ARM_PAC_FAIL',
  },
  ppc: {
    257: 'EXC_PPC_VM_PROT_READ',
    258: 'EXC_PPC_BADSPACE',
    259: 'EXC_PPC_UNALIGNED',
  },
  x86: {
    13: 'EXC_I386_GPFLT',
  },
}

/** Codes of EXC_BAD_INSTRUCTION by kind of processor. */
export const macosBadInstruction: Readonly<Record<string, CodeTable>> = {
  arm: {
    1: 'EXC_ARM_UNDEFINED',
  },
  ppc: {
    1: 'EXC_PPC_INVALID_SYSCALL',
    2: 'EXC_PPC_UNIPL_INST',
    3: 'EXC_PPC_PRIVINST',
    4: 'EXC_PPC_PRIVREG',
    5: 'EXC_PPC_TRACE',
    6: 'EXC_PPC_PERFMON',
  },
  x86: {
    1: 'EXC_I386_INVOP',
    10: 'EXC_I386_INVTSSFLT',
    11: 'EXC_I386_SEGNPFLT',
    12: 'EXC_I386_STKFLT',
    13: 'EXC_I386_GPFLT',
    17: 'EXC_I386_ALIGNFLT',
  },
}

/** Codes of EXC_ARITHMETIC by kind of processor. */
export const macosArithmetic: Readonly<Record<string, CodeTable>> = {
  arm: {
    1: 'EXC_ARM_FP_IO',
    2: 'EXC_ARM_FP_DZ',
    3: 'EXC_ARM_FP_OF',
    4: 'EXC_ARM_FP_UF',
    5: 'EXC_ARM_FP_IX',
    6: 'EXC_ARM_FP_ID',
  },
  ppc: {
    1: 'EXC_PPC_OVERFLOW',
    2: 'EXC_PPC_ZERO_DIVIDE',
    3: 'EXC_FLT_INEXACT',
    4: 'EXC_PPC_FLT_ZERO_DIVIDE',
    5: 'EXC_PPC_FLT_UNDERFLOW',
    6: 'EXC_PPC_FLT_OVERFLOW',
    7: 'EXC_PPC_FLT_NOT_A_NUMBER',
    8: 'EXC_PPC_NOEMULATION',
    9: 'EXC_PPC_ALTIVECASSIST',
  },
  x86: {
    1: 'EXC_I386_DIV',
    2: 'EXC_I386_INTO',
    3: 'EXC_I386_NOEXT',
    4: 'EXC_I386_EXTOVR',
    5: 'EXC_I386_EXTERR',
    6: 'EXC_I386_EMERR',
    7: 'EXC_I386_BOUND',
    8: 'EXC_I386_SSEEXTERR',
  },
}

/** Codes of EXC_BREAKPOINT by kind of processor. */
export const macosBreakpoint: Readonly<Record<string, CodeTable>> = {
  arm: {
    1: 'EXC_ARM_BREAKPOINT',
  },
  ppc: {
    1: 'EXC_PPC_BREAKPOINT',
  },
  x86: {
    1: 'EXC_I386_SGL',
    2: 'EXC_I386_BPT',
  },
}

/** Kinds of EXC_RESOURCE (bits 29–31 of the code). */
export const macosResources: CodeTable = {
  1: 'RESOURCE_TYPE_CPU',
  2: 'RESOURCE_TYPE_WAKEUPS',
  3: 'RESOURCE_TYPE_MEMORY',
  4: 'RESOURCE_TYPE_IO',
  5: 'RESOURCE_TYPE_THREADS',
}

/** Flavours of EXC_RESOURCE by kind. */
export const macosResourceFlavors: Readonly<Record<string, CodeTable>> = {
  RESOURCE_TYPE_CPU: {
    1: 'FLAVOR_CPU_MONITOR',
    2: 'FLAVOR_CPU_MONITOR_FATAL',
  },
  RESOURCE_TYPE_WAKEUPS: {
    1: 'FLAVOR_WAKEUPS_MONITOR',
  },
  RESOURCE_TYPE_MEMORY: {
    1: 'FLAVOR_HIGH_WATERMARK',
  },
  RESOURCE_TYPE_IO: {
    1: 'FLAVOR_IO_PHYSICAL_WRITES',
    2: 'FLAVOR_IO_LOGICAL_WRITES',
  },
  RESOURCE_TYPE_THREADS: {
    1: 'FLAVOR_THREADS_HIGH_WATERMARK',
  },
}

/** Kinds of EXC_GUARD (bits 29–31 of the code). */
export const macosGuards: CodeTable = {
  0: 'GUARD_TYPE_NONE',
  1: 'GUARD_TYPE_MACH_PORT',
  2: 'GUARD_TYPE_FD',
  3: 'GUARD_TYPE_USER',
  4: 'GUARD_TYPE_VN',
  5: 'GUARD_TYPE_VIRT_MEMORY',
  6: 'GUARD_TYPE_REJECTED_SC',
}

/** Flavours of EXC_GUARD by kind. */
export const macosGuardFlavors: Readonly<Record<string, CodeTable>> = {
  GUARD_TYPE_MACH_PORT: {
    1: 'GUARD_EXC_DESTROY',
    2: 'GUARD_EXC_MOD_REFS',
    3: 'GUARD_EXC_INVALID_OPTIONS',
    4: 'GUARD_EXC_SET_CONTEXT',
    5: 'GUARD_EXC_THREAD_SET_STATE',
    8: 'GUARD_EXC_UNGUARDED',
    16: 'GUARD_EXC_INCORRECT_GUARD',
    32: 'GUARD_EXC_IMMOVABLE',
    64: 'GUARD_EXC_STRICT_REPLY',
    128: 'GUARD_EXC_MSG_FILTERED',
    256: 'GUARD_EXC_INVALID_RIGHT',
    512: 'GUARD_EXC_INVALID_NAME',
    1024: 'GUARD_EXC_INVALID_VALUE',
    2048: 'GUARD_EXC_INVALID_ARGUMENT',
    4096: 'GUARD_EXC_RIGHT_EXISTS',
    8192: 'GUARD_EXC_KERN_NO_SPACE',
    16384: 'GUARD_EXC_KERN_FAILURE',
    32768: 'GUARD_EXC_KERN_RESOURCE',
    65536: 'GUARD_EXC_SEND_INVALID_REPLY',
    131072: 'GUARD_EXC_SEND_INVALID_VOUCHER',
    262144: 'GUARD_EXC_SEND_INVALID_RIGHT',
    524288: 'GUARD_EXC_RCV_INVALID_NAME',
    1048576: 'GUARD_EXC_RCV_GUARDED_DESC',
    2097152: 'GUARD_EXC_MOD_REFS_NON_FATAL',
    4194304: 'GUARD_EXC_IMMOVABLE_NON_FATAL',
    8388608: 'GUARD_EXC_REQUIRE_REPLY_PORT_SEMANTICS',
    16777216: 'GUARD_EXC_EXCEPTION_BEHAVIOR_ENFORCE',
  },
  GUARD_TYPE_FD: {
    1: 'GUARD_EXC_CLOSE',
    2: 'GUARD_EXC_DUP',
    4: 'GUARD_EXC_NOCLOEXEC',
    8: 'GUARD_EXC_SOCKET_IPC',
    16: 'GUARD_EXC_FILEPORT',
    32: 'GUARD_EXC_MISMATCH',
    64: 'GUARD_EXC_WRITE',
  },
  GUARD_TYPE_VN: {
    1: 'GUARD_EXC_RENAME_TO',
    2: 'GUARD_EXC_RENAME_FROM',
    4: 'GUARD_EXC_UNLINK',
    8: 'GUARD_EXC_WRITE_OTHER',
    16: 'GUARD_EXC_TRUNC_OTHER',
    32: 'GUARD_EXC_LINK',
    64: 'GUARD_EXC_EXCHDATA',
  },
  GUARD_TYPE_VIRT_MEMORY: {
    1: 'GUARD_EXC_DEALLOC_GAP',
  },
  GUARD_TYPE_REJECTED_SC: {
    0: 'GUARD_EXC_MACH_TRAP',
  },
}
