/* Loaded before a program (LD_PRELOAD): the real Crashpad makes a dump of its death, as after StartHandlerAtCrash. CRASHPAD_HANDLER is its path, CRASHPAD_DATABASE
   the folder of its dumps. */
#define _GNU_SOURCE
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* Crashpad's ExceptionInformation (util/linux/exception_information.h). */
struct exception_information {
  uint64_t siginfo_address;
  uint64_t context_address;
  int32_t thread_id;
} __attribute__((packed));

static struct exception_information information;
static char database[4096];
static char trace[64];
static char *command[] = {0, database, trace, 0};

static void on_signal(int number, siginfo_t *info, void *context) {
  (void)number;
  information.siginfo_address = (uintptr_t)info;
  information.context_address = (uintptr_t)context;
  information.thread_id = (int32_t)syscall(SYS_gettid);
  prctl(PR_SET_DUMPABLE, 1);
  prctl(PR_SET_PTRACER, PR_SET_PTRACER_ANY);
  pid_t handler = fork();
  if (handler == 0) {
    unsetenv("LD_PRELOAD");
    execv(command[0], command);
    _exit(127);
  }
  int status = 0;
  waitpid(handler, &status, 0);
  _exit(WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 70 : 71);
}

__attribute__((constructor)) static void install(void) {
  command[0] = getenv("CRASHPAD_HANDLER");
  const char *folder = getenv("CRASHPAD_DATABASE");
  if (command[0] == NULL || folder == NULL) return;
  snprintf(database, sizeof database, "--database=%s", folder);
  snprintf(trace, sizeof trace, "--trace-parent-with-exception=%p", (void *)&information);
  static char stack[1 << 16];
  stack_t alternate = {.ss_sp = stack, .ss_size = sizeof stack};
  sigaltstack(&alternate, NULL);
  struct sigaction action = {.sa_sigaction = on_signal, .sa_flags = SA_SIGINFO | SA_ONSTACK};
  sigaction(SIGSEGV, &action, NULL);
}
