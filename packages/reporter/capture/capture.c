// One capture. The thread that asks makes a process that shares its memory but not its threads, file table or signals (`clone`: libc's fork runs other
// people's code, and a copy of the page tables costs time and memory that a container at its limit does not have). That process stops the threads,
// writes the file, makes the process that becomes the handler, and ends. Everything here is a system call or pure arithmetic.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <linux/futex.h>
#include <linux/sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>

#include "capture-file.h"
#include "images.h"
#include "mappings.h"
#include "process-state.h"
#include "threads.h"

// The process is held at most this long, whatever its disk or its threads do.
#define CAPTURE_TIMEOUT_SECONDS 10
// The writer waits this long until it may trace.
#define PERMISSION_TIMEOUT_SECONDS 2
// The handler starts when the dead process has given its memory back; a core file of many gigabytes may take longer than this.
#define DEATH_TIMEOUT_NANOSECONDS 10000000000ll
#define DEATH_POLL_NANOSECONDS 1000000
// After an uncaught exception Node prints and runs the program's exit handlers; a program that goes on all the same is not waited for.
#define EXIT_TIMEOUT_NANOSECONDS 1000000000ll
#define FIRST_PRIVATE_DESCRIPTOR 3
#define MAX_DESCRIPTORS 65536
#define MAX_TEXT_BYTES (1u << 20)

#ifndef SYS_close_range
#define SYS_close_range 436
#endif

struct process_state process_state;

enum step { STEP_WAITING = 1, STEP_ALLOWED = 2 };
enum { HANDLER_GONE = 0, HANDLER_SHARES = 1 };
enum outcome { OUTCOME_ENDED = 0, OUTCOME_RUNNING = 1, OUTCOME_WRITTEN = 2 };

// Shared by the asking thread, the writer and the process that becomes the handler.
static struct {
  const struct capture_request *request;
  const struct configuration *configuration;
  struct capture_request held;  // the handler's process outlives the frame of the request
  atomic_int busy;  // thread
  atomic_int step;
  atomic_int outcome;
  atomic_int handler;  // process id
  atomic_int handler_state;  // HANDLER_SHARES until it has loaded its program
  char path[MAX_PATH_BYTES + 64];
  char final_path[MAX_PATH_BYTES + 64];
} shared;

// How the scratch memory is divided.
static unsigned char *writer_stack(void) { return process_state.scratch; }
static unsigned char *handler_stack(void) { return process_state.scratch + WRITER_STACK_BYTES; }
static unsigned char *file_buffer(void) { return process_state.scratch + 2 * WRITER_STACK_BYTES; }
static unsigned char *chunk(void) { return file_buffer() + FILE_BUFFER_BYTES; }
static int *thread_ids(void) { return (int *)(void *)(chunk() + CHUNK_BYTES); }
static struct mapping *mapping_entries(void) { return (struct mapping *)(void *)(chunk() + CHUNK_BYTES + MAX_THREADS * sizeof(int)); }
static uint32_t mapping_capacity(void) {
  return (SCRATCH_BYTES - 2 * WRITER_STACK_BYTES - FILE_BUFFER_BYTES - CHUNK_BYTES - MAX_THREADS * (uint32_t)sizeof(int)) / (uint32_t)sizeof(struct mapping);
}

static uint64_t clock_nanoseconds(int clock) {
  struct timespec time = {0, 0};
  CALL2(clock_gettime, clock, &time);
  return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

static void wait_while(atomic_int *word, int value, long seconds) {
  uint64_t deadline = clock_nanoseconds(CLOCK_MONOTONIC) + (uint64_t)seconds * 1000000000u;
  while (atomic_load(word) == value) {
    uint64_t time = clock_nanoseconds(CLOCK_MONOTONIC);
    if (time >= deadline) return;
    uint64_t left = deadline - time;
    struct timespec timeout = {(time_t)(left / 1000000000u), (long)(left % 1000000000u)};
    CALL4(futex, word, FUTEX_WAIT, value, &timeout);
  }
}

static void set_and_wake(atomic_int *word, int value) {
  atomic_store(word, value);
  CALL3(futex, word, FUTEX_WAKE, 1 << 30);
}

static void proc_path(char *path, int pid, const char *name) {
  append_text(append_number(append_text(path, "/proc/"), (uint64_t)pid), name);
}

static void copy_of_process(struct capture_file *file, uint32_t type, const char *name, uint64_t maximum) {
  char path[64];
  proc_path(path, shared.request->pid, name);
  file_copy(file, type, path, chunk(), CHUNK_BYTES, maximum);
}

static void write_program(struct capture_file *file) {
  char path[64];
  proc_path(path, shared.request->pid, "/exe");
  long length = CALL4(readlinkat, AT_FDCWD, path, chunk(), CHUNK_BYTES);
  if (length > 0) file_record(file, RECORD_PROGRAM, 0, 0, chunk(), (uint64_t)length);
}

static void write_blob(struct capture_file *file, uint32_t type, const struct blob *blob) {
  // JavaScript may replace it meanwhile, and its memory be gone.
  if (blob != 0) file_memory(file, type, 0, (uint64_t)blob->bytes, blob->length);
}

static void write_thread_annotations(struct capture_file *file, int thread) {
  for (int i = 0; i < MAX_THREAD_ANNOTATIONS; i++) {
    struct thread_annotations *each = &process_state.thread_annotations[i];
    const struct blob *blob = atomic_load(&each->texts);
    if (atomic_load(&each->thread) != thread || blob == 0) continue;
    file_memory(file, RECORD_ANNOTATIONS, (uint32_t)thread, (uint64_t)blob->bytes, blob->length);
  }
}

static void write_notes(struct capture_file *file, const struct notes *notes) {
  if (notes == 0) return;
  for (uint32_t at = 0; at < notes->length;) {
    uint64_t name = text_length(notes->bytes + at) + 1;
    uint64_t text = text_length(notes->bytes + at + name) + 1;
    file_record(file, RECORD_NOTE, 0, 0, notes->bytes + at, name + text - 1);
    at += (uint32_t)(name + text);
  }
}

// What is most telling comes first: a file that ends early is good up to there.
static void write_capture(struct capture_file *file, int may_trace) {
  const struct capture_request *request = shared.request;
  struct process_record process = {
      (uint32_t)request->pid,
      (uint32_t)request->thread,
      (uint32_t)request->signal,
      (uint32_t)request->kind,
      clock_nanoseconds(CLOCK_REALTIME),
      clock_nanoseconds(CLOCK_BOOTTIME),
  };
  struct thread_list threads = {thread_ids(), 0, 0};
  struct mappings mappings = {mapping_entries(), 0, mapping_capacity()};
  file_record(file, RECORD_PROCESS, 0, 0, &process, sizeof process);
  write_blob(file, RECORD_SETTINGS, shared.configuration->settings);
  write_blob(file, RECORD_ANNOTATIONS, atomic_load(&process_state.annotations));
  write_thread_annotations(file, request->thread);
  write_blob(file, RECORD_DEATH, request->death);
  write_notes(file, request->notes);
  if (request->info != 0) file_record(file, RECORD_SIGINFO, 0, 0, request->info, sizeof *request->info);
  write_crashed_thread(request, file);
  if (may_trace) stop_threads(&threads, request, file, chunk(), CHUNK_BYTES);
  else write_thread_names(request, file, chunk(), CHUNK_BYTES, -EPERM);
  read_mappings(&mappings, file, "/proc/self/maps", chunk(), CHUNK_BYTES);
  write_crashed_stack(request, file, &mappings);
  write_images(file, &mappings);
  write_threads(&threads, request, file, &mappings);
  write_program(file);
  copy_of_process(file, RECORD_AUXV, "/auxv", MAX_TEXT_BYTES);
  copy_of_process(file, RECORD_STATUS, "/status", MAX_TEXT_BYTES);
  copy_of_process(file, RECORD_STAT, "/stat", MAX_TEXT_BYTES);
  copy_of_process(file, RECORD_LIMITS, "/limits", MAX_TEXT_BYTES);
  copy_of_process(file, RECORD_COMMAND_LINE, "/cmdline", MAX_TEXT_BYTES);
  if (shared.configuration->has_environment) copy_of_process(file, RECORD_ENVIRONMENT, "/environ", MAX_TEXT_BYTES);
  file_record(file, RECORD_END, 0, 0, 0, 0);
  file_flush(file);
  release_threads(&threads);
}

static void name_capture(void) {
  char *end = append_text(shared.path, shared.configuration->folder);
  end = append_text(end, "/");
  end = append_number(end, clock_nanoseconds(CLOCK_REALTIME));
  end = append_text(end, "-");
  end = append_number(end, (uint64_t)shared.request->thread);
  append_text(append_text(shared.final_path, shared.path), ".capture");
  append_text(end, ".part");
}

// 1 when there is a capture that is worth reading.
static int write_file(int may_trace) {
  name_capture();
  long descriptor = CALL4(openat, AT_FDCWD, shared.path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (descriptor < 0) return 0;
  struct capture_file file;
  file_begin(&file, (int)descriptor, file_buffer(), FILE_BUFFER_BYTES);
  write_capture(&file, may_trace);
  CALL1(close, descriptor);
  return CALL4(renameat, AT_FDCWD, shared.path, AT_FDCWD, shared.final_path) == 0;
}

static void close_descriptors_from(unsigned first) {
  if (CALL3(close_range, first, ~0u, 0) == 0) return;
  for (unsigned each = first; each < MAX_DESCRIPTORS; each++) CALL1(close, each);
}

static void raise_limit(int resource) {
  struct rlimit limit;
  if (CALL4(prlimit64, 0, resource, 0, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  CALL4(prlimit64, 0, resource, &limit, 0);
}

// The terminal, the pipes and the sockets of the process are not held open by us.
static void leave_descriptors(void) {
  long null = CALL4(openat, AT_FDCWD, "/dev/null", O_RDWR, 0);
  for (int each = 0; each < FIRST_PRIVATE_DESCRIPTOR; each++) {
    if (null < 0) CALL1(close, each);
    else if (null != each) CALL3(dup3, null, each, 0);
  }
  close_descriptors_from(FIRST_PRIVATE_DESCRIPTOR);
}

static void default_signals(void) {
  struct {
    uint64_t handler, flags, restorer, mask;
  } action = {0, 0, 0, 0};
  for (int signal = 1; signal < 65; signal++) CALL4(rt_sigaction, signal, &action, 0, 8);
  uint64_t none = 0;
  CALL4(rt_sigprocmask, SIG_SETMASK, &none, 0, 8);
}

// A dead process that its parent has not collected yet counts as dead.
static int is_zombie(int pid) {
  char path[64];
  char text[512];
  proc_path(path, pid, "/stat");
  long source = CALL4(openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC, 0);
  if (source < 0) return 1;
  long count = CALL3(read, source, text, sizeof text);
  CALL1(close, source);
  long end = count - 3;
  while (end > 0 && text[end] != ')') end--;
  return end > 0 && (text[end + 2] == 'Z' || text[end + 2] == 'X');
}

static void await_death(int pid, int64_t timeout) {
  for (int64_t waited = 0; waited < timeout && !is_zombie(pid); waited += DEATH_POLL_NANOSECONDS) {
    struct timespec pause = {0, DEATH_POLL_NANOSECONDS};
    CALL2(nanosleep, &pause, 0);
  }
}

static void run_handler(void *argument) {
  (void)argument;
  const struct capture_request *request = &shared.held;
  char *const *arguments = shared.configuration->handler_arguments;
  CALL0(setsid);
  CALL1(chdir, "/");
  default_signals();
  raise_limit(RLIMIT_AS);
  raise_limit(RLIMIT_FSIZE);
  raise_limit(RLIMIT_CPU);
  // What the dead process held is free then, in a container at its limit. Kernels before 5.16 kill everybody who shares memory with a process that
  // dumps core, so there nothing may be waited for.
  if (shared.configuration->may_outlive && request->pid != 1) {
    if (request->kind == CAPTURE_SIGNAL) await_death(request->pid, DEATH_TIMEOUT_NANOSECONDS);
    if (request->kind == CAPTURE_EXCEPTION) await_death(request->pid, EXIT_TIMEOUT_NANOSECONDS);
  }
  CALL3(execve, arguments[0], arguments, shared.configuration->handler_environment);
  CALL1(exit_group, 127);
}

static void start_handler(void) {
  if (shared.configuration->handler_arguments == 0) return;
  shared.held = *shared.request;
  // The stack of the handler's process is free when the one before has loaded its program.
  wait_while(&shared.handler_state, HANDLER_SHARES, PERMISSION_TIMEOUT_SECONDS);
  atomic_store(&shared.handler_state, HANDLER_SHARES);
  unsigned long flags = CLONE_VM | CLONE_UNTRACED | CLONE_CHILD_CLEARTID;
  long handler = clone_process(flags, handler_stack() + WRITER_STACK_BYTES, (int *)&shared.handler_state, run_handler, 0);
  if (handler > 0) atomic_store(&shared.handler, (int)handler);
}

static void run_writer(void *argument) {
  (void)argument;
  wait_while(&shared.step, STEP_WAITING, PERMISSION_TIMEOUT_SECONDS);
  raise_limit(RLIMIT_FSIZE);
  leave_descriptors();
  if (write_file(1)) start_handler();
  set_and_wake(&shared.outcome, OUTCOME_WRITTEN);
  CALL1(exit_group, 0);
}

static int capture_alone(const struct capture_request *request) {
  shared.request = request;
  shared.configuration = atomic_load(&process_state.configuration);
  atomic_store(&shared.step, STEP_WAITING);
  atomic_store(&shared.outcome, OUTCOME_RUNNING);
  atomic_store(&shared.handler, 0);
  unsigned long flags = CLONE_VM | CLONE_UNTRACED | CLONE_CHILD_CLEARTID;
  long writer = clone_process(flags, writer_stack() + WRITER_STACK_BYTES, (int *)&shared.outcome, run_writer, 0);
  if (writer < 0) {
    // No new process: what this thread can read, it writes itself, with a file table of its own in case the shared one is full.
    CALL1(unshare, CLONE_FILES);
    CALL1(close, 0);
    write_file(0);
    return 0;
  }
  CALL2(prctl, PR_SET_PTRACER, writer);
  set_and_wake(&shared.step, STEP_ALLOWED);
  wait_while(&shared.outcome, OUTCOME_RUNNING, CAPTURE_TIMEOUT_SECONDS);
  if (request->lives) CALL2(prctl, PR_SET_PTRACER, 0);
  // The first process of a container becomes the handler's parent when the writer has ended.
  if (request->lives || request->pid == 1) CALL4(wait4, writer, 0, __WALL, 0);
  return atomic_load(&shared.handler);
}

int capture_process(const struct capture_request *request) {
  // One at a time: a crash waits for the capture of a hang that another thread asked for, but not for its own thread's.
  int nobody = 0;
  if (!atomic_compare_exchange_strong(&shared.busy, &nobody, request->thread_of_caller) && nobody != request->thread_of_caller) {
    wait_while(&shared.busy, nobody, CAPTURE_TIMEOUT_SECONDS);
    atomic_store(&shared.busy, request->thread_of_caller);
  }
  int handler = capture_alone(request);
  set_and_wake(&shared.busy, 0);
  return handler;
}
