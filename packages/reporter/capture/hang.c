#define _GNU_SOURCE
#include "hang.h"

#include <pthread.h>
#include <sys/prctl.h>
#include <time.h>

#include "capture-file.h"
#include "javascript-deaths.h"
#include "process-state.h"

// The watch looks so often within the time that makes a hang. A process that was stopped or a machine that slept loses one look, not the whole time.
#define LOOKS 8
// JavaScript that does not come to a safe place in this time is in native code: the hang is captured without its stack.
#define STACK_TIMEOUT_MILLISECONDS 1000
// A program that hangs every few seconds tells nothing new with the next dump.
#define MAX_HANGS 5

static struct {
  napi_env env;
  napi_ref stack_function;
  void *isolate;
  int main_thread;
  uint32_t timeout;
  atomic_uint beats;
  atomic_int is_paused;
  atomic_int stack_state;  // 0 wanted, 1 taken
  struct notes notes;
  char stack[20321];
} watch;

static void sleep_milliseconds(uint64_t milliseconds) {
  struct timespec time = {(time_t)(milliseconds / 1000), (long)(milliseconds % 1000) * 1000000};
  CALL2(nanosleep, &time, 0);
}

static void on_interrupt(void *isolate, void *argument) {
  (void)isolate;
  (void)argument;
  copy_javascript_stack(watch.env, watch.stack_function, watch.stack, sizeof watch.stack);
  atomic_store(&watch.stack_state, 1);
}

static void capture_hang(void) {
  atomic_store(&watch.stack_state, 0);
  if (request_interrupt(watch.isolate, on_interrupt, 0)) {
    for (int waited = 0; waited < STACK_TIMEOUT_MILLISECONDS && atomic_load(&watch.stack_state) == 0; waited += 5) sleep_milliseconds(5);
  }
  watch.notes.length = 0;
  note_number(&watch.notes, "hang.timeout_ms", watch.timeout);
  if (atomic_load(&watch.stack_state) == 1 && watch.stack[0] != 0) note_text(&watch.notes, "hang.stack", watch.stack);
  struct capture_request request = {
      .kind = CAPTURE_HANG,
      .pid = (int)CALL0(getpid),
      .thread = watch.main_thread,
      .thread_of_caller = (int)CALL0(gettid),
      .notes = &watch.notes,
      .lives = 1,
  };
  capture_process(&request);
}

static void *run_watch(void *argument) {
  (void)argument;
  CALL2(prctl, PR_SET_NAME, "crashkeep-hang");
  uint64_t all = ~0ull;
  CALL4(rt_sigprocmask, SIG_BLOCK, &all, 0, 8);
  unsigned seen = atomic_load(&watch.beats);
  int looks = 0;
  for (int hangs = 0; hangs < MAX_HANGS;) {
    sleep_milliseconds(watch.timeout / LOOKS > 0 ? watch.timeout / LOOKS : 1);
    unsigned beats = atomic_load(&watch.beats);
    if (beats != seen || atomic_load(&watch.is_paused)) {
      seen = beats;
      looks = 0;
    } else if (++looks == LOOKS) {
      capture_hang();
      hangs++;
    }
  }
  return 0;
}

int watch_hangs(napi_env env, napi_ref stack_function, uint32_t timeout_milliseconds) {
  if (watch.timeout != 0) return 0;  // the first start decides
  watch.env = env;
  watch.stack_function = stack_function;
  watch.isolate = current_isolate();
  watch.main_thread = (int)CALL0(gettid);
  watch.timeout = timeout_milliseconds;
  pthread_t thread;
  int error = pthread_create(&thread, 0, run_watch, 0);
  if (error == 0) pthread_detach(thread);
  return error;
}

void main_thread_is_alive(void) { atomic_fetch_add(&watch.beats, 1); }

void pause_hang_watch(int is_paused) { atomic_store(&watch.is_paused, is_paused); }
