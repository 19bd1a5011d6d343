// Deaths that V8 announces: an exhausted heap, a broken invariant. What V8 says goes into notes; the abort that follows is captured as a signal.
#ifndef CRASHKEEP_JAVASCRIPT_DEATHS_H
#define CRASHKEEP_JAVASCRIPT_DEATHS_H

#include <node_api.h>

#include "process-state.h"

extern struct notes fatal_notes;

void note_text(struct notes *notes, const char *name, const char *text);
void note_number(struct notes *notes, const char *name, uint64_t number);

// For the isolate of the calling thread. Nothing happens when Node does not export what is needed.
void watch_fatal_errors(void);
// Also notes the JavaScript stack when the heap is nearly full; for the main thread only, because workers use the same means to end quietly.
void watch_heap_limit(napi_env env, napi_ref stack_function);

// Calls `stack_function` and copies what it returns. On a thread that runs JavaScript, where JavaScript may run.
void copy_javascript_stack(napi_env env, napi_ref stack_function, char *to, size_t capacity);
// Runs `callback(isolate, argument)` between two steps of JavaScript. False when Node does not export what is needed.
int request_interrupt(void *isolate, void (*callback)(void *, void *), void *argument);
void *current_isolate(void);

#endif
