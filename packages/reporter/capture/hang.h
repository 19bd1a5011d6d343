// A thread that watches whether the main thread still comes around.
#ifndef CRASHKEEP_HANG_H
#define CRASHKEEP_HANG_H

#include <node_api.h>

// From the main thread. Returns 0, or an error number.
int watch_hangs(napi_env env, napi_ref stack_function, uint32_t timeout_milliseconds);
void main_thread_is_alive(void);
// While a debugger is attached, a main thread that stands still is nobody's fault.
void pause_hang_watch(int is_paused);

#endif
