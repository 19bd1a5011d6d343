// What JavaScript calls. One instance for each thread that runs JavaScript; the state behind it is the process's.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <node_api.h>
#include <sys/mman.h>

#include "capture-file.h"
#include "hang.h"
#include "javascript-deaths.h"
#include "new-threads.h"
#include "process-state.h"
#include "registers.h"
#include "signals.h"

#define MAX_BLOB_BYTES (16u << 20)
#define MAX_VECTOR_ENTRIES 64
#define PAGE_BYTES 4096u

static atomic_int is_started;

static void *map_memory(uint64_t bytes) {
  long memory = CALL6(mmap, 0, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  return memory < 0 && memory > -4096 ? 0 : (void *)memory;
}

static napi_value fail(napi_env env, const char *sentence) {
  napi_throw_error(env, 0, sentence);
  return 0;
}

static napi_value property(napi_env env, napi_value object, const char *name) {
  napi_value value = 0;
  return napi_get_named_property(env, object, name, &value) == napi_ok ? value : 0;
}

// A copy of a Buffer in pages of its own; 0 when there is none.
static struct blob *blob_of(napi_env env, napi_value value) {
  bool is_buffer = false;
  void *bytes = 0;
  size_t length = 0;
  if (value == 0 || napi_is_buffer(env, value, &is_buffer) != napi_ok || !is_buffer) return 0;
  if (napi_get_buffer_info(env, value, &bytes, &length) != napi_ok || length > MAX_BLOB_BYTES) return 0;
  struct blob *blob = map_memory(sizeof *blob + length);
  if (blob == 0) return 0;
  blob->length = length;
  copy_bytes(blob->bytes, bytes, length);
  return blob;
}

static void free_blob(struct blob *blob) {
  if (blob != 0) CALL2(munmap, blob, sizeof *blob + blob->length);
}

// An array of strings as execve wants it, in pages of its own.
static char *const *vector_of(napi_env env, napi_value array) {
  uint32_t count = 0;
  bool is_array = false;
  if (array == 0 || napi_is_array(env, array, &is_array) != napi_ok || !is_array) return 0;
  if (napi_get_array_length(env, array, &count) != napi_ok || count == 0 || count > MAX_VECTOR_ENTRIES) return 0;
  uint64_t bytes = (count + 1) * sizeof(char *);
  for (uint32_t i = 0; i < count; i++) {
    napi_value item;
    size_t length;
    if (napi_get_element(env, array, i, &item) != napi_ok || napi_get_value_string_utf8(env, item, 0, 0, &length) != napi_ok) return 0;
    bytes += length + 1;
  }
  char **vector = map_memory(bytes);
  if (vector == 0) return 0;
  char *next = (char *)(vector + count + 1);
  char *end = (char *)vector + bytes;
  for (uint32_t i = 0; i < count; i++) {
    napi_value item;
    size_t length;
    if (napi_get_element(env, array, i, &item) != napi_ok) return 0;
    if (napi_get_value_string_utf8(env, item, next, (size_t)(end - next), &length) != napi_ok) return 0;
    vector[i] = next;
    next += length + 1;
  }
  vector[count] = 0;
  return vector;
}

// What belongs to one thread that runs JavaScript.
struct instance {
  void *alternate_stack;
  _Atomic(struct blob *) *annotations;
  struct blob *retired;
  struct thread_annotations *slot;  // 0 in the thread that started
};

static void on_thread_end(void *argument) {
  struct instance *instance = argument;
  take_alternate_stack(instance->alternate_stack);
  // The main thread's V8 goes away now; a hang of the exit itself has no stack to ask for.
  if (instance->annotations == &process_state.annotations) pause_hang_watch(1);
  if (instance->slot != 0) {
    free_blob(atomic_exchange(&instance->slot->texts, 0));
    atomic_store(&instance->slot->thread, 0);
  }
  free_blob(instance->retired);
  CALL2(munmap, instance, sizeof *instance);
}

static struct instance *attach_thread(napi_env env) {
  struct instance *instance = map_memory(sizeof *instance);
  if (instance == 0) return 0;
  if (napi_set_instance_data(env, instance, 0, 0) != napi_ok || napi_add_env_cleanup_hook(env, on_thread_end, instance) != napi_ok) return 0;
  instance->alternate_stack = give_alternate_stack();
  watch_fatal_errors();
  return instance;
}

// A place for what this thread says, when another one has started.
static void take_slot(struct instance *instance) {
  int thread = (int)CALL0(gettid);
  for (int i = 0; i < MAX_THREAD_ANNOTATIONS && instance->slot == 0; i++) {
    int free = 0;
    if (atomic_compare_exchange_strong(&process_state.thread_annotations[i].thread, &free, thread)) instance->slot = &process_state.thread_annotations[i];
  }
  if (instance->slot != 0) instance->annotations = &instance->slot->texts;
}

static napi_ref function_property(napi_env env, napi_value options, const char *name) {
  napi_value function = property(env, options, name);
  napi_valuetype type = napi_undefined;
  napi_ref reference = 0;
  if (function == 0 || napi_typeof(env, function, &type) != napi_ok || type != napi_function) return 0;
  return napi_create_reference(env, function, 1, &reference) == napi_ok ? reference : 0;
}

static bool flag_property(napi_env env, napi_value options, const char *name) {
  napi_value value = property(env, options, name);
  bool flag = false;
  return value != 0 && napi_get_value_bool(env, value, &flag) == napi_ok && flag;
}

static napi_value boolean(napi_env env, bool value) {
  napi_value result = 0;
  napi_get_boolean(env, value, &result);
  return result;
}

static struct configuration *configuration_of(napi_env env, napi_value options) {
  struct configuration *made = map_memory(sizeof *made);
  size_t length = 0;
  napi_value folder = property(env, options, "folder");
  if (made == 0 || folder == 0) return 0;
  if (napi_get_value_string_utf8(env, folder, made->folder, sizeof made->folder, &length) != napi_ok) return 0;
  if (length == 0 || length + 1 >= sizeof made->folder) return 0;
  made->settings = blob_of(env, property(env, options, "settings"));
  made->handler_environment = vector_of(env, property(env, options, "handlerEnvironment"));
  made->handler_arguments = made->handler_environment == 0 ? 0 : vector_of(env, property(env, options, "handlerArguments"));
  made->has_environment = flag_property(env, options, "hasEnvironment");
  made->may_outlive = flag_property(env, options, "mayOutlive");
  return made->settings == 0 ? 0 : made;
}

static void watch(napi_env env, napi_value options, int is_first) {
  napi_ref stack_function = function_property(env, options, "stackOf");
  napi_value timeout_value = property(env, options, "hangTimeoutMs");
  uint32_t timeout = 0;
  if (stack_function == 0) return;
  if (is_first && flag_property(env, options, "watchesHeapLimit")) watch_heap_limit(env, stack_function);
  if (timeout_value != 0 && napi_get_value_uint32(env, timeout_value, &timeout) == napi_ok && timeout > 0) watch_hangs(env, stack_function, timeout);
}

// start({ folder, settings, annotations, handlerArguments?, handlerEnvironment, hasEnvironment, mayOutlive, watchesHeapLimit, hangTimeoutMs, stackOf })
// The first thread that calls it speaks for the process, and may do so again; the others have annotations of their own from then on. True for the first.
static napi_value start(napi_env env, napi_callback_info info) {
  size_t count = 1;
  napi_value options;
  int expected = 0;
  struct process_state *state = &process_state;
  struct instance *instance = 0;
  if (napi_get_cb_info(env, info, &count, &options, 0, 0) != napi_ok || count != 1) return fail(env, "Options are missing.");
  int is_first = atomic_compare_exchange_strong(&is_started, &expected, 1);
  napi_get_instance_data(env, (void **)&instance);
  if (!is_first && (instance == 0 || instance->annotations != &state->annotations)) {
    if (instance != 0 && instance->annotations == 0) take_slot(instance);
    return boolean(env, false);
  }
  struct configuration *configuration = configuration_of(env, options);
  struct blob *annotations = blob_of(env, property(env, options, "annotations"));
  if (is_first) state->scratch = map_memory(SCRATCH_BYTES);
  if (is_first) instance = attach_thread(env);
  if (configuration == 0 || annotations == 0 || state->scratch == 0 || instance == 0) {
    if (is_first) atomic_store(&is_started, 0);
    return fail(env, "There is no memory for captures, or the path of their folder is too long.");
  }
  atomic_store(&state->configuration, configuration);
  atomic_store(&state->annotations, annotations);
  instance->annotations = &state->annotations;
  if (is_first) install_signal_handlers((wasm_trap_handler)(uintptr_t)dlsym(RTLD_DEFAULT, "_ZN2v829TryHandleWebAssemblyTrapPosixEiP9siginfo_tPv"));
  if (is_first) give_stacks_to_new_threads();
  watch(env, options, is_first);
  return boolean(env, true);
}

// The one before is freed a change later: a crash may be reading it.
static napi_value set_annotations(napi_env env, napi_callback_info info) {
  size_t count = 1;
  napi_value value;
  struct instance *instance = 0;
  if (napi_get_cb_info(env, info, &count, &value, 0, 0) != napi_ok || count != 1) return 0;
  if (napi_get_instance_data(env, (void **)&instance) != napi_ok || instance == 0 || instance->annotations == 0) return 0;
  struct blob *blob = blob_of(env, value);
  if (blob == 0) return fail(env, "There is no memory for annotations.");
  free_blob(instance->retired);
  instance->retired = atomic_exchange(instance->annotations, blob);
  return 0;
}

// beat(isPaused): the main thread is alive; a debugger is attached or not.
static napi_value beat(napi_env env, napi_callback_info info) {
  size_t count = 1;
  napi_value value;
  bool is_paused = false;
  if (napi_get_cb_info(env, info, &count, &value, 0, 0) == napi_ok && count == 1) napi_get_value_bool(env, value, &is_paused);
  pause_hang_watch(is_paused);
  main_thread_is_alive();
  return 0;
}

// capture(kind, death): a capture of a process that goes on; true when one was written.
static napi_value capture(napi_env env, napi_callback_info info) {
  size_t count = 2;
  napi_value arguments[2];
  int32_t kind = 0;
  if (napi_get_cb_info(env, info, &count, arguments, 0, 0) != napi_ok || count != 2) return 0;
  if (atomic_load(&is_started) == 0 || napi_get_value_int32(env, arguments[0], &kind) != napi_ok) return 0;
  ucontext_t context;
  clear_bytes(&context, sizeof context);
  context_of_caller(&context);
  struct blob *death = blob_of(env, arguments[1]);
  int thread = (int)CALL0(gettid);
  struct capture_request request = {
      .kind = (enum capture_kind)kind,
      .pid = (int)CALL0(getpid),
      .thread = thread,
      .thread_of_caller = thread,
      .context = &context,
      .death = death,
      .lives = 1,
  };
  int handler = capture_process(&request);
  free_blob(death);
  return boolean(env, handler != 0);
}

// process.crash(): a write to address 0.
static napi_value crash(napi_env env, napi_callback_info info) {
  (void)env;
  (void)info;
  volatile int *nothing = 0;
  __asm__ volatile("" : "+r"(nothing));
  *nothing = 0;
  return 0;
}

static void add_function(napi_env env, napi_value exports, const char *name, napi_callback function) {
  napi_value value;
  if (napi_create_function(env, name, NAPI_AUTO_LENGTH, function, 0, &value) == napi_ok) napi_set_named_property(env, exports, name, value);
}

NAPI_MODULE_INIT() {
  add_function(env, exports, "start", start);
  add_function(env, exports, "setAnnotations", set_annotations);
  add_function(env, exports, "capture", capture);
  add_function(env, exports, "crash", crash);
  add_function(env, exports, "beat", beat);
  if (atomic_load(&is_started) != 0) attach_thread(env);
  return exports;
}
