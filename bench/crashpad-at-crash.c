// An addon that starts a real Crashpad handler when the process crashes, as Crashpad's own StartHandlerAtCrash does: what the reporter is measured
// beside. start(HANDLER, ARGUMENT…)
#define _GNU_SOURCE
#include <node_api.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define MAX_ARGUMENTS 16
#define MAX_ARGUMENT_BYTES 4096

static struct __attribute__((packed)) {
  uint64_t info;
  uint64_t context;
  int32_t thread;
} facts;
static char *command[MAX_ARGUMENTS + 2];

static void on_signal(int signal, siginfo_t *info, void *context) {
  facts.info = (uint64_t)info;
  facts.context = (uint64_t)context;
  facts.thread = gettid();
  prctl(PR_SET_PTRACER, PR_SET_PTRACER_ANY, 0, 0, 0);
  pid_t handler = fork();
  if (handler == 0) {
    execv(command[0], command);
    _exit(127);
  }
  waitpid(handler, 0, 0);
  struct sigaction none = {.sa_handler = SIG_DFL};
  sigaction(signal, &none, 0);
}

static napi_value start(napi_env env, napi_callback_info info) {
  static char facts_argument[64];
  size_t count = MAX_ARGUMENTS;
  napi_value arguments[MAX_ARGUMENTS];
  napi_get_cb_info(env, info, &count, arguments, 0, 0);
  if (count > MAX_ARGUMENTS) count = MAX_ARGUMENTS;
  for (size_t i = 0; i < count; i++) {
    command[i] = malloc(MAX_ARGUMENT_BYTES);
    napi_get_value_string_utf8(env, arguments[i], command[i], MAX_ARGUMENT_BYTES, 0);
  }
  snprintf(facts_argument, sizeof facts_argument, "--trace-parent-with-exception=%p", (void *)&facts);
  command[count] = facts_argument;
  struct sigaction action = {.sa_sigaction = on_signal, .sa_flags = SA_SIGINFO};
  sigaction(SIGSEGV, &action, 0);
  return 0;
}

NAPI_MODULE_INIT() {
  napi_value function;
  napi_create_function(env, "start", NAPI_AUTO_LENGTH, start, 0, &function);
  napi_set_named_property(env, exports, "start", function);
  return exports;
}
