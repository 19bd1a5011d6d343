// From a signal to its capture and on to the death that would have come without us. After a signal this file uses system calls, atomics, and one
// function of V8 that is made to be called there (TryHandleWebAssemblyTrapPosix); it takes no lock and no memory.
#define _GNU_SOURCE
#include <errno.h>
#include <linux/futex.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "capture-file.h"
#include "javascript-deaths.h"
#include "process-state.h"
#include "signals.h"

// A frame of the largest register file today (AMX) is 11 KiB.
#define ALTERNATE_STACK_BYTES (64u << 10)
#define MIN_ALTERNATE_STACK_BYTES (32u << 10)
// How long a thread waits for the end of another one's crash.
#define OTHER_CRASH_SECONDS 20
// Process 1 of a container takes its children with it: it waits for the delivery, but not for a server that does not answer.
#define DELIVERY_SECONDS 20
#define DELIVERY_POLL_NANOSECONDS 5000000
#define SIGNAL_COUNT 65
#define KERNEL_MASK_BYTES 8

// As the kernel has it.
struct kernel_action {
  union {
    void (*handler)(int);
    void (*action)(int, siginfo_t *, void *);
  };
  unsigned long flags;
  void (*restorer)(void);
  uint64_t mask;
};

static const int crash_signals[] = {SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGQUIT, SIGSEGV, SIGSYS, SIGTRAP, SIGXCPU, SIGXFSZ};

static struct kernel_action earlier[SIGNAL_COUNT];
static atomic_uint hooked;  // a bit for each of crash_signals
static wasm_trap_handler try_wasm_trap;
static atomic_int first_crash;   // thread
static atomic_int is_captured;

#if defined(__x86_64__)
#define KERNEL_RESTORER 0x04000000ul
// Debuggers know a signal frame by these very instructions, and gdb also by the name that libc gives them.
__attribute__((visibility("hidden"))) void return_from_signal(void) __asm__("__restore_rt");
__asm__(
    ".text\n"
    ".type __restore_rt,@function\n"
    ".align 16\n"
    "  nop\n"
    "__restore_rt:\n"
    "  mov $15, %rax\n"
    "  syscall\n"
    ".size __restore_rt, .-__restore_rt\n");
#else
#define KERNEL_RESTORER 0ul
#define return_from_signal 0
#endif

// A signal that others send, and nobody's fault, when somebody listens to it.
static int comes_from_outside(int signal) {
  return signal != SIGSEGV && signal != SIGBUS && signal != SIGFPE && signal != SIGILL;
}

static void restore(int signal) { CALL4(rt_sigaction, signal, &earlier[signal], 0, KERNEL_MASK_BYTES); }

static void restore_all(void) {
  unsigned bits = atomic_exchange(&hooked, 0);
  for (unsigned i = 0; i < sizeof crash_signals / sizeof *crash_signals; i++) {
    if (bits >> i & 1) restore(crash_signals[i]);
  }
}

// The same signal again, with everything it brought, to be delivered when the handler returns: to the earlier handler or the kernel, which then see
// the registers of the crash and not ours.
static void repeat(int signal, siginfo_t *info) {
  long pid = CALL0(getpid);
  long thread = CALL0(gettid);
  if (CALL4(rt_tgsigqueueinfo, pid, thread, signal, info) == 0) return;
  // Only the main thread may repeat the kernel's own signals; elsewhere the instruction is executed again and faults again.
  int faults_again = signal == SIGSEGV || signal == SIGBUS || signal == SIGFPE || signal == SIGILL;
  if (!faults_again || info->si_code <= 0) CALL3(tgkill, pid, thread, signal);
}

static void await_capture(int thread, void *context) {
  for (int i = 0; i < MAX_OTHER_CRASHES; i++) {
    int free = 0;
    struct other_crash *slot = &process_state.other_crashes[i];
    if (!atomic_compare_exchange_strong(&slot->thread, &free, thread)) continue;
    atomic_store(&slot->context, context);
    break;
  }
  struct timespec timeout = {OTHER_CRASH_SECONDS, 0};
  while (atomic_load(&is_captured) == 0) {
    if (CALL4(futex, &is_captured, FUTEX_WAIT, 0, &timeout) == -ETIMEDOUT) return;
  }
  // The process ends by the first crash, not by this one; if it does not end, this thread goes its own way.
  CALL2(nanosleep, &timeout, 0);
}

// As process 1 of a container: the default action of a signal is nothing there, and our child ends with us.
static void end_as_first_process(int signal, int handler) {
  for (int64_t waited = 0; handler > 0 && waited < DELIVERY_SECONDS * 1000000000ll; waited += DELIVERY_POLL_NANOSECONDS) {
    long result = CALL4(wait4, handler, 0, __WALL | WNOHANG, 0);
    if (result == handler || result == -ECHILD) break;
    struct timespec pause = {0, DELIVERY_POLL_NANOSECONDS};
    CALL2(nanosleep, &pause, 0);
  }
  CALL1(exit_group, 128 + signal);
}

static void on_crash(int signal, siginfo_t *info, void *context) {
  if (try_wasm_trap != 0 && try_wasm_trap(signal, info, context)) return;
  int thread = (int)CALL0(gettid);
  int nobody = 0;
  if (atomic_compare_exchange_strong(&first_crash, &nobody, thread)) {
    struct capture_request request = {
        .kind = CAPTURE_SIGNAL,
        .pid = (int)CALL0(getpid),
        .thread = thread,
        .thread_of_caller = thread,
        .signal = signal,
        .info = info,
        .context = context,
        .notes = &fatal_notes,
    };
    int handler = capture_process(&request);
    atomic_store(&is_captured, 1);
    if (request.pid == 1) end_as_first_process(signal, handler);
    restore_all();
    CALL3(futex, &is_captured, FUTEX_WAKE, 1 << 30);
  } else if (nobody != thread) {
    await_capture(thread, context);
  }
  restore(signal);
  repeat(signal, info);
}

void install_signal_handlers(wasm_trap_handler wasm_trap) {
  try_wasm_trap = wasm_trap;
  for (unsigned i = 0; i < sizeof crash_signals / sizeof *crash_signals; i++) {
    int signal = crash_signals[i];
    struct kernel_action *old = &earlier[signal];
    if (CALL4(rt_sigaction, signal, 0, old, KERNEL_MASK_BYTES) != 0 || old->handler == SIG_IGN) continue;
    if (old->handler != SIG_DFL && comes_from_outside(signal)) continue;
    struct kernel_action action = {{.action = on_crash}, SA_SIGINFO | SA_ONSTACK | KERNEL_RESTORER, return_from_signal, ~0ull};
    if (CALL4(rt_sigaction, signal, &action, 0, KERNEL_MASK_BYTES) == 0) atomic_fetch_or(&hooked, 1u << i);
  }
}

// Below the stack, of the machine's size: arm64 has pages of up to 64 KiB.
static long guard_bytes(void) { return sysconf(_SC_PAGESIZE); }

void *give_alternate_stack(void) {
  stack_t current = {0};
  if (CALL2(sigaltstack, 0, &current) == 0 && (current.ss_flags & SS_DISABLE) == 0 && current.ss_size >= MIN_ALTERNATE_STACK_BYTES) return 0;
  long guard = guard_bytes();
  long memory = CALL6(mmap, 0, ALTERNATE_STACK_BYTES + guard, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (memory < 0 && memory > -4096) return 0;
  CALL3(mprotect, memory, guard, PROT_NONE);
  stack_t stack = {.ss_sp = (char *)memory + guard, .ss_flags = 0, .ss_size = ALTERNATE_STACK_BYTES};
  if (CALL2(sigaltstack, &stack, 0) == 0) return (void *)memory;
  CALL2(munmap, memory, ALTERNATE_STACK_BYTES + guard);
  return 0;
}

void take_alternate_stack(void *memory) {
  if (memory == 0) return;
  long guard = guard_bytes();
  stack_t current = {0};
  CALL2(sigaltstack, 0, &current);
  if (current.ss_sp != (char *)memory + guard) return;
  stack_t none = {.ss_sp = 0, .ss_flags = SS_DISABLE, .ss_size = 0};
  CALL2(sigaltstack, &none, 0);
  CALL2(munmap, memory, ALTERNATE_STACK_BYTES + guard);
}
