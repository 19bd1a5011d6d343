#define _GNU_SOURCE
#include "javascript-deaths.h"

#include <dlfcn.h>
#include <time.h>

#include "capture-file.h"

// Electron's own bound of the value of a crash key.
#define MAX_STACK_BYTES 20320
// What the heap may grow beyond its limit while V8 comes to a place where the stack can be taken.
#define GRACE_BYTES (20u << 20)
#define MAX_GRACES 3
// A stack that was taken longer ago says nothing about the death of now.
#define MAX_STACK_AGE_SECONDS 30
// v8::HeapStatistics and v8::HeapSpaceStatistics, with room for what later versions append.
#define STATISTICS_WORDS 64

struct notes fatal_notes;

// v8::OOMDetails
struct oom_details {
  _Bool is_heap_oom;
  const char *detail;
};

// The order of the fields in v8-statistics.h, the same from Node 20 to 26.
enum heap_word { TOTAL, TOTAL_EXECUTABLE, PHYSICAL, AVAILABLE, USED, LIMIT, MALLOCED, EXTERNAL, PEAK_MALLOCED, ZAP, NATIVE_CONTEXTS, DETACHED_CONTEXTS };
enum space_word { SPACE_NAME, SPACE_SIZE, SPACE_USED };

static void *find(const char *name) { return dlsym(RTLD_DEFAULT, name); }

void note_text(struct notes *notes, const char *name, const char *text) {
  uint64_t name_bytes = text_length(name) + 1;
  uint64_t text_bytes = text_length(text) + 1;
  if (notes->length + name_bytes + text_bytes > sizeof notes->bytes) return;
  copy_bytes(notes->bytes + notes->length, name, name_bytes);
  copy_bytes(notes->bytes + notes->length + name_bytes, text, text_bytes);
  notes->length += (uint32_t)(name_bytes + text_bytes);
}

void note_number(struct notes *notes, const char *name, uint64_t number) {
  char digits[24];
  append_number(digits, number);
  note_text(notes, name, digits);
}

void *current_isolate(void) {
  void *(*get_current)(void) = (void *(*)(void))(uintptr_t)find("_ZN2v87Isolate10GetCurrentEv");
  return get_current == 0 ? 0 : get_current();
}

int request_interrupt(void *isolate, void (*callback)(void *, void *), void *argument) {
  void (*request)(void *, void (*)(void *, void *), void *) =
      (void (*)(void *, void (*)(void *, void *), void *))(uintptr_t)find("_ZN2v87Isolate16RequestInterruptEPFvPS0_PvES2_");
  if (request == 0 || isolate == 0) return 0;
  request(isolate, callback, argument);
  return 1;
}

void copy_javascript_stack(napi_env env, napi_ref stack_function, char *to, size_t capacity) {
  napi_handle_scope scope;
  napi_value function, undefined, stack;
  to[0] = 0;
  if (napi_open_handle_scope(env, &scope) != napi_ok) return;
  if (napi_get_reference_value(env, stack_function, &function) == napi_ok && napi_get_undefined(env, &undefined) == napi_ok) {
    if (napi_call_function(env, undefined, function, 0, 0, &stack) == napi_ok) {
      napi_get_value_string_utf8(env, stack, to, capacity, 0);
    } else {
      napi_get_and_clear_last_exception(env, &stack);
    }
  }
  napi_close_handle_scope(env, scope);
}

static struct {
  napi_env env;
  napi_ref stack_function;
  uint64_t limit;
  int graces;
  time_t stack_time;
  char stack[MAX_STACK_BYTES + 1];
} heap;

static time_t seconds_now(void) {
  struct timespec time = {0, 0};
  CALL2(clock_gettime, CLOCK_MONOTONIC, &time);
  return time.tv_sec;
}

static void (*oom_of_node)(const char *, const struct oom_details *);
static void (*fatal_of_node)(const char *, const char *);

static void note_space(void *isolate, uint64_t index) {
  void (*construct)(void *) = (void (*)(void *))(uintptr_t)find("_ZN2v819HeapSpaceStatisticsC1Ev");
  void (*get)(void *, void *, uint64_t) = (void (*)(void *, void *, uint64_t))(uintptr_t)find("_ZN2v87Isolate22GetHeapSpaceStatisticsEPNS_19HeapSpaceStatisticsEm");
  if (construct == 0 || get == 0) return;
  uint64_t words[STATISTICS_WORDS] = {0};
  construct(words);
  get(isolate, words, index);
  const char *name = (const char *)words[SPACE_NAME];
  if (name == 0) return;
  int is_old = text_length(name) == 9 && name[0] == 'o';           // old_space
  int is_large = text_length(name) == 18 && name[0] == 'l';        // large_object_space
  if (!is_old && !is_large) return;
  note_number(&fatal_notes, is_old ? "electron.v8-oom.old_space.used" : "electron.v8-oom.lo_space.used", words[SPACE_USED]);
  note_number(&fatal_notes, is_old ? "electron.v8-oom.old_space.size" : "electron.v8-oom.lo_space.size", words[SPACE_SIZE]);
}

static void note_heap(void *isolate) {
  void (*construct)(void *) = (void (*)(void *))(uintptr_t)find("_ZN2v814HeapStatisticsC1Ev");
  void (*get)(void *, void *) = (void (*)(void *, void *))(uintptr_t)find("_ZN2v87Isolate17GetHeapStatisticsEPNS_14HeapStatisticsE");
  uint64_t (*spaces)(void *) = (uint64_t (*)(void *))(uintptr_t)find("_ZN2v87Isolate18NumberOfHeapSpacesEv");
  if (isolate == 0 || construct == 0 || get == 0) return;
  uint64_t words[STATISTICS_WORDS] = {0};
  construct(words);
  get(isolate, words);
  struct notes *notes = &fatal_notes;
  note_number(notes, "electron.v8-oom.heap.used", words[USED]);
  note_number(notes, "electron.v8-oom.heap.total", words[TOTAL]);
  note_number(notes, "electron.v8-oom.heap.limit", words[LIMIT]);
  note_number(notes, "electron.v8-oom.heap.total_available", words[AVAILABLE]);
  note_number(notes, "electron.v8-oom.heap.total_physical", words[PHYSICAL]);
  note_number(notes, "electron.v8-oom.heap.malloced_memory", words[MALLOCED]);
  note_number(notes, "electron.v8-oom.heap.external_memory", words[EXTERNAL]);
  note_number(notes, "electron.v8-oom.heap.native_contexts", words[NATIVE_CONTEXTS]);
  note_number(notes, "electron.v8-oom.heap.detached_contexts", words[DETACHED_CONTEXTS]);
  if (words[LIMIT] > 0) note_number(notes, "electron.v8-oom.heap.utilization_pct", words[USED] * 100 / words[LIMIT]);
  for (uint64_t i = 0; spaces != 0 && i < spaces(isolate); i++) note_space(isolate, i);
}

static void on_out_of_memory(const char *location, const struct oom_details *details) {
  note_text(&fatal_notes, "electron.v8-oom.is_heap_oom", details->is_heap_oom ? "1" : "0");
  note_text(&fatal_notes, "electron.v8-oom.location", location == 0 ? "" : location);
  if (details->detail != 0) note_text(&fatal_notes, "electron.v8-oom.detail", details->detail);
  if (heap.stack[0] != 0 && seconds_now() - heap.stack_time <= MAX_STACK_AGE_SECONDS) note_text(&fatal_notes, "electron.v8-oom.stack", heap.stack);
  note_heap(current_isolate());
  oom_of_node(location, details);
}

static void on_fatal_error(const char *location, const char *message) {
  note_text(&fatal_notes, "electron.v8-fatal.location", location == 0 ? "" : location);
  note_text(&fatal_notes, "electron.v8-fatal.message", message == 0 ? "" : message);
  fatal_of_node(location, message);
}

void watch_fatal_errors(void) {
  void *isolate = current_isolate();
  void (*set_oom)(void *, void *) = (void (*)(void *, void *))(uintptr_t)find("_ZN2v87Isolate18SetOOMErrorHandlerEPFvPKcRKNS_10OOMDetailsEE");
  void (*set_fatal)(void *, void *) = (void (*)(void *, void *))(uintptr_t)find("_ZN2v87Isolate20SetFatalErrorHandlerEPFvPKcS2_E");
  oom_of_node = (void (*)(const char *, const struct oom_details *))(uintptr_t)find("_ZN4node15OOMErrorHandlerEPKcRKN2v810OOMDetailsE");
  fatal_of_node = (void (*)(const char *, const char *))(uintptr_t)find("_ZN4node12OnFatalErrorEPKcS1_");
  if (isolate == 0) return;
  // Node's own handlers print and end the process; without them at hand ours must not take their place.
  if (set_oom != 0 && oom_of_node != 0) set_oom(isolate, (void *)(uintptr_t)on_out_of_memory);
  if (set_fatal != 0 && fatal_of_node != 0) set_fatal(isolate, (void *)(uintptr_t)on_fatal_error);
}

static uint64_t on_near_heap_limit(void *data, uint64_t limit, uint64_t initial_limit);

typedef uint64_t (*heap_limit_callback)(void *, uint64_t, uint64_t);

static void add_callback(void *isolate) {
  void (*add)(void *, heap_limit_callback, void *) =
      (void (*)(void *, heap_limit_callback, void *))(uintptr_t)find("_ZN2v87Isolate24AddNearHeapLimitCallbackEPFmPvmmES1_");
  if (add != 0) add(isolate, on_near_heap_limit, isolate);
}

// Between two steps of JavaScript, with the grace that the callback gave: takes the stack and gives the limit back.
static void on_interrupt(void *isolate, void *argument) {
  (void)argument;
  copy_javascript_stack(heap.env, heap.stack_function, heap.stack, sizeof heap.stack);
  heap.stack_time = seconds_now();
  void (*remove)(void *, heap_limit_callback, uint64_t) =
      (void (*)(void *, heap_limit_callback, uint64_t))(uintptr_t)find("_ZN2v87Isolate27RemoveNearHeapLimitCallbackEPFmPvmmEm");
  if (remove == 0) return;
  remove(isolate, on_near_heap_limit, heap.limit);
  heap.limit = 0;
  heap.graces = 0;
  add_callback(isolate);
}

static uint64_t on_near_heap_limit(void *isolate, uint64_t limit, uint64_t initial_limit) {
  (void)initial_limit;
  int has_stack = heap.stack[0] != 0 && seconds_now() - heap.stack_time <= MAX_STACK_AGE_SECONDS;
  if (has_stack || heap.graces >= MAX_GRACES) return limit;
  if (heap.graces++ == 0) {
    heap.limit = limit;
    if (!request_interrupt(isolate, on_interrupt, 0)) return limit;
  }
  return limit + GRACE_BYTES;
}

void watch_heap_limit(napi_env env, napi_ref stack_function) {
  void *isolate = current_isolate();
  if (isolate == 0) return;
  heap.env = env;
  heap.stack_function = stack_function;
  add_callback(isolate);
}
