// System calls without libc. The writer of a capture shares memory, and with it libc's state and errno, with a process that is broken: it must not
// touch either. A result below 0 is the negative error number.
#ifndef CRASHKEEP_SYSTEM_CALLS_H
#define CRASHKEEP_SYSTEM_CALLS_H

#include <stddef.h>
#include <stdint.h>
#include <sys/syscall.h>

#if defined(__x86_64__)

static inline long system_call(long number, long a, long b, long c, long d, long e, long f) {
  register long r10 __asm__("r10") = d;
  register long r8 __asm__("r8") = e;
  register long r9 __asm__("r9") = f;
  long result;
  __asm__ volatile("syscall" : "=a"(result) : "0"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9) : "rcx", "r11", "memory");
  return result;
}

#elif defined(__aarch64__)

static inline long system_call(long number, long a, long b, long c, long d, long e, long f) {
  register long x8 __asm__("x8") = number;
  register long x0 __asm__("x0") = a;
  register long x1 __asm__("x1") = b;
  register long x2 __asm__("x2") = c;
  register long x3 __asm__("x3") = d;
  register long x4 __asm__("x4") = e;
  register long x5 __asm__("x5") = f;
  __asm__ volatile("svc 0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5) : "memory");
  return x0;
}

#else
#error "Native capture exists for x64 and arm64."
#endif

#define CALL0(name) system_call(SYS_##name, 0, 0, 0, 0, 0, 0)
#define CALL1(name, a) system_call(SYS_##name, (long)(a), 0, 0, 0, 0, 0)
#define CALL2(name, a, b) system_call(SYS_##name, (long)(a), (long)(b), 0, 0, 0, 0)
#define CALL3(name, a, b, c) system_call(SYS_##name, (long)(a), (long)(b), (long)(c), 0, 0, 0)
#define CALL4(name, a, b, c, d) system_call(SYS_##name, (long)(a), (long)(b), (long)(c), (long)(d), 0, 0)
#define CALL5(name, a, b, c, d, e) system_call(SYS_##name, (long)(a), (long)(b), (long)(c), (long)(d), (long)(e), 0)
#define CALL6(name, a, b, c, d, e, f) system_call(SYS_##name, (long)(a), (long)(b), (long)(c), (long)(d), (long)(e), (long)(f))

// A new process on a stack of its own that runs `entry(argument)`, which must not return. `cleared` is set to 0, and whoever waits for it woken, when
// the process ends or loads another program.
long clone_process(unsigned long flags, void *stack_top, int *cleared, void (*entry)(void *), void *argument);

#endif
