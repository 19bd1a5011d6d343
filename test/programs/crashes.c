// An addon that dies in every way a native program can. Built without libc's headers of Node: the few functions it needs are declared here.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <node_api.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define NAME_BYTES 64
#define NOINLINE __attribute__((noinline, noclone))

static volatile int sink;

NOINLINE void crash_null_write(void) {
  volatile int *nothing = 0;
  __asm__ volatile("" : "+r"(nothing));
  *nothing = 7;
  sink++;
}

NOINLINE int crash_stack_overflow(int depth) {
  volatile char room[512];
  memset((void *)room, depth, sizeof room);
  if (depth == 0) return 0;
  return crash_stack_overflow(depth + 1) + room[depth % 512];
}

struct object {
  void (*method)(void);
  char rest[56];
};

NOINLINE void crash_use_after_free(void) {
  struct object *volatile object = malloc(sizeof *object);
  object->method = crash_null_write;
  free(object);
  // Whoever gets the memory next fills it with something else.
  memset((void *)object, 0x5a, sizeof *object);
  object->method();
  sink++;
}

NOINLINE void crash_bus(void) {
  char path[] = "/tmp/crashkeep-bus-XXXXXX";
  int file = mkstemp(path);
  unlink(path);
  if (ftruncate(file, 4096) != 0) return;
  volatile char *memory = mmap(0, 8192, PROT_READ, MAP_SHARED, file, 0);
  sink += memory[4096];
}

NOINLINE void crash_illegal(void) {
  __builtin_trap();
}

NOINLINE void crash_divide(void) {
#if defined(__x86_64__)
  __asm__ volatile("xor %%ecx, %%ecx\n mov $1, %%eax\n cltd\n idiv %%ecx" ::: "eax", "ecx", "edx");
#else
  raise(SIGFPE);
#endif
  sink++;
}

NOINLINE void crash_breakpoint(void) {
#if defined(__x86_64__)
  __asm__ volatile("int3");
#else
  __asm__ volatile("brk #0");
#endif
  sink++;
}

NOINLINE void crash_abort(void) {
  abort();
}

// The allocator itself notices, in the middle of its own work.
NOINLINE void crash_corrupt_heap(void) {
  char *volatile memory = malloc(4000);
  memory[-8] = 3;
  memory[-7] = 3;
  free(memory);
  char *volatile inside = memory + 24;
  free(inside);
  sink++;
}

// A broken promise between Node and V8: V8 says so and ends the process.
NOINLINE void crash_v8_fatal(void) {
  void (*fail)(void) = (void (*)(void))(uintptr_t)dlsym(RTLD_DEFAULT, "_ZN2v812api_internal12ToLocalEmptyEv");
  if (fail != 0) fail();
  sink++;
}

static void on_earlier(int signal, siginfo_t *info, void *context) {
  (void)info;
  (void)context;
  static const char sentence[] = "the earlier handler\n";
  if (write(1, sentence, sizeof sentence - 1) < 0) _exit(1);
  _exit(100 + signal);
}

// What a program has installed before the reporter starts.
NOINLINE void crash_install_handler(void) {
  struct sigaction action = {.sa_sigaction = on_earlier, .sa_flags = SA_SIGINFO | SA_ONSTACK};
  sigaction(SIGSEGV, &action, 0);
}

static void *run_null_write(void *argument) {
  (void)argument;
  crash_null_write();
  return 0;
}

NOINLINE void crash_in_thread(void) {
  pthread_t thread;
  pthread_create(&thread, 0, run_null_write, 0);
  pthread_join(thread, 0);
}

static pthread_barrier_t barrier;

static void *run_together(void *argument) {
  (void)argument;
  pthread_barrier_wait(&barrier);
  crash_null_write();
  return 0;
}

NOINLINE void crash_two_threads(void) {
  pthread_t threads[2];
  pthread_barrier_init(&barrier, 0, 2);
  for (int i = 0; i < 2; i++) pthread_create(&threads[i], 0, run_together, 0);
  for (int i = 0; i < 2; i++) pthread_join(threads[i], 0);
}

static void *run_forever(void *argument) {
  (void)argument;
  for (;;) pause();
  return 0;
}

NOINLINE void crash_many_threads(void) {
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, 65536);
  for (int i = 0; i < 4000; i++) {
    pthread_t thread;
    if (pthread_create(&thread, &attributes, run_forever, 0) != 0) break;
  }
  crash_null_write();
}

static napi_value crash(napi_env env, napi_callback_info info) {
  static const struct {
    const char *name;
    void (*crash)(void);
  } ways[] = {
      {"null-write", crash_null_write},   {"use-after-free", crash_use_after_free}, {"bus", crash_bus},
      {"illegal", crash_illegal},         {"divide", crash_divide},                 {"breakpoint", crash_breakpoint},
      {"abort", crash_abort},             {"corrupt-heap", crash_corrupt_heap},     {"thread", crash_in_thread},
      {"v8-fatal", crash_v8_fatal},
      {"install-handler", crash_install_handler},
      {"two-threads", crash_two_threads}, {"many-threads", crash_many_threads},
  };
  size_t count = 1;
  napi_value argument;
  char name[NAME_BYTES] = "";
  napi_get_cb_info(env, info, &count, &argument, 0, 0);
  napi_get_value_string_utf8(env, argument, name, sizeof name, 0);
  if (strcmp(name, "stack-overflow") == 0) sink += crash_stack_overflow(1);
  for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
    if (strcmp(name, ways[i].name) == 0) ways[i].crash();
  }
  return 0;
}

NAPI_MODULE_INIT() {
  napi_value function;
  napi_create_function(env, "crash", NAPI_AUTO_LENGTH, crash, 0, &function);
  napi_set_named_property(env, exports, "crash", function);
  return exports;
}
