/* Dies under the real Crashpad: `crashpad-client HANDLER ARGUMENT...` starts the handler from its signal handler, as StartHandlerAtCrash does. */
#define _GNU_SOURCE
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <ucontext.h>
#include <unistd.h>

/* Crashpad's ExceptionInformation (util/linux/exception_information.h). */
struct exception_information {
  uint64_t siginfo_address;
  uint64_t context_address;
  int32_t thread_id;
} __attribute__((packed));

static struct exception_information information;
static char **handler;
static char option[64];

static void on_signal(int signal_number, siginfo_t *info, void *context) {
  information.siginfo_address = (uintptr_t)info;
  information.context_address = (uintptr_t)context;
  information.thread_id = (int32_t)syscall(SYS_gettid);
  prctl(PR_SET_DUMPABLE, 1);
  pid_t child = fork();
  if (child == 0) {
    execv(handler[0], handler);
    _exit(127);
  }
  prctl(PR_SET_PTRACER, child);
  int status;
  waitpid(child, &status, 0);
  signal(signal_number, SIG_DFL);
  raise(signal_number);
}

int main(int count, char **arguments) {
  if (count < 2) return 2;
  handler = calloc((size_t)count + 1, sizeof *handler);
  if (handler == NULL) return 2;
  memcpy(handler, arguments + 1, ((size_t)count - 1) * sizeof *handler);
  snprintf(option, sizeof option, "--trace-parent-with-exception=%p", (void *)&information);
  handler[count - 1] = option;
  static char stack[1 << 16];
  stack_t alternate = {.ss_sp = stack, .ss_size = sizeof stack};
  sigaltstack(&alternate, NULL);
  struct sigaction action = {.sa_sigaction = on_signal, .sa_flags = SA_SIGINFO | SA_ONSTACK};
  sigaction(SIGSEGV, &action, NULL);
  *(volatile int *)NULL = 0;
  return 0;
}
