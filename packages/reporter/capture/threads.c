#define _GNU_SOURCE
#include "threads.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/elf.h>
#include <linux/ptrace.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>

#include "registers.h"

// A thread in an uninterruptible sleep does not stop; the process must not be held for it.
#define STOP_TIMEOUT_NANOSECONDS 300000000ull
#define STOP_POLL_NANOSECONDS 50000
// What a walk of a crash needs is at the top of the stack; the whole of a runaway recursion says the same again and again.
#define MAX_CRASHED_STACK_BYTES (512u << 10)
#define MAX_STACK_BYTES (64u << 10)
// All the stacks of thousands of threads together; beyond it each one has its top only.
#define MAX_STACKS_BYTES (24u << 20)
#define SHORT_STACK_BYTES (4u << 10)
// How far above an exhausted stack's pointer the memory of the stack begins at most.
#define MAX_GUARD_BYTES (1u << 20)
#if defined(__x86_64__)
#define RED_ZONE_BYTES 128
#else
#define RED_ZONE_BYTES 0
#endif
#define NAME_BYTES 16

struct directory_entry {
  uint64_t inode;
  int64_t offset;
  unsigned short length;
  unsigned char type;
  char name[];
};

static uint64_t now(void) {
  struct timespec time = {0, 0};
  CALL2(clock_gettime, CLOCK_MONOTONIC, &time);
  return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

static long open_tasks(int pid) {
  char path[64];
  append_text(append_number(append_text(path, "/proc/"), (uint64_t)pid), "/task");
  return CALL4(openat, AT_FDCWD, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
}

// Calls `each` with the number of every thread.
static long for_each_thread(int pid, unsigned char *chunk, uint32_t capacity, void (*each)(void *, int), void *argument) {
  long tasks = open_tasks(pid);
  if (tasks < 0) return tasks;
  long bytes;
  while ((bytes = CALL3(getdents64, tasks, chunk, capacity)) > 0) {
    for (long at = 0; at < bytes;) {
      const struct directory_entry *entry = (const struct directory_entry *)(const void *)(chunk + at);
      int id = 0;
      for (const char *digit = entry->name; *digit >= '0' && *digit <= '9'; digit++) id = id * 10 + (*digit - '0');
      if (id > 0) each(argument, id);
      at += entry->length;
    }
  }
  CALL1(close, tasks);
  return bytes;
}

struct stopping {
  struct thread_list *list;
  const struct capture_request *request;
  uint32_t added;
  long error;
};

static void seize(void *argument, int id) {
  struct stopping *stopping = argument;
  struct thread_list *list = stopping->list;
  if (list->count >= MAX_THREADS) return;
  if (id == stopping->request->thread && stopping->request->context != 0) return;
  for (uint32_t i = 0; i < list->count; i++) {
    if (list->ids[i] == id) return;
  }
  long result = CALL4(ptrace, PTRACE_SEIZE, id, 0, 0);
  if (result == 0) {
    CALL4(ptrace, PTRACE_INTERRUPT, id, 0, 0);
    list->ids[list->count++] = id;
    stopping->added++;
  } else if (result != -ESRCH) {
    stopping->error = result;
  }
}

static void await_stops(struct thread_list *list, uint64_t deadline) {
  // Stopped ones are swapped to the front.
  for (;;) {
    for (uint32_t i = list->stopped; i < list->count;) {
      int status = 0;
      long waited = CALL4(wait4, list->ids[i], &status, __WALL | WNOHANG, 0);
      if (waited > 0 && WIFSTOPPED(status)) {
        int id = list->ids[i];
        list->ids[i] = list->ids[list->stopped];
        list->ids[list->stopped++] = id;
        i = i < list->stopped ? list->stopped : i;
      } else if (waited < 0 || (waited > 0 && !WIFSTOPPED(status))) {
        list->ids[i] = list->ids[--list->count];  // it has ended
      } else {
        i++;
      }
    }
    if (list->stopped == list->count || now() > deadline) return;
    struct timespec pause = {0, STOP_POLL_NANOSECONDS};
    CALL2(nanosleep, &pause, 0);
  }
}

void stop_threads(struct thread_list *list, const struct capture_request *request, struct capture_file *file, unsigned char *chunk, uint32_t capacity) {
  uint64_t deadline = now() + STOP_TIMEOUT_NANOSECONDS;
  struct stopping stopping = {list, request, 0, 0};
  list->count = list->stopped = 0;
  // A thread that was not stopped yet may have started another.
  do {
    stopping.added = 0;
    long error = for_each_thread(request->pid, chunk, capacity, seize, &stopping);
    if (error < 0) file_problem(file, "The threads of the process could not be listed.", error);
    await_stops(list, deadline);
  } while (stopping.added > 0 && list->count < MAX_THREADS && now() < deadline);
  if (stopping.error < 0) {
    file_problem(file, "Threads could not be stopped: tracing is forbidden here.", stopping.error);
    if (list->count == 0) write_thread_names(request, file, chunk, capacity, stopping.error);
  }
}

static void read_name(const struct capture_request *request, int id, char name[NAME_BYTES]) {
  char path[96];
  char *end = append_text(append_number(append_text(path, "/proc/"), (uint64_t)request->pid), "/task/");
  append_text(append_number(end, (uint64_t)id), "/comm");
  clear_bytes(name, NAME_BYTES);
  long source = CALL4(openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC, 0);
  if (source < 0) return;
  long count = CALL3(read, source, name, NAME_BYTES);
  CALL1(close, source);
  for (long i = 0; i < count; i++) {
    if (name[i] == '\n') name[i] = 0;
  }
}

static uint64_t write_stack(struct capture_file *file, const struct mappings *mappings, int id, uint64_t pointer, uint64_t maximum) {
  const struct mapping *stack = mapping_at_or_after(mappings, pointer);
  if (stack != 0 && !stack->is_readable && stack[0].end - pointer < MAX_GUARD_BYTES) {
    stack = stack + 1 < mappings->entries + mappings->count ? stack + 1 : 0;  // the pointer is in the guard page
  }
  if (stack == 0 || !stack->is_readable) return 0;
  uint64_t start = pointer - RED_ZONE_BYTES;
  if (start < stack->start || start > pointer) start = stack->start;
  if (start > pointer && start - pointer > MAX_GUARD_BYTES) return 0;
  start &= ~15ull;
  uint64_t length = stack->end - start < maximum ? stack->end - start : maximum;
  file_memory(file, RECORD_STACK, (uint32_t)id, start, length);
  return length;
}

static void read_registers(struct thread_record *record, int id) {
  struct iovec part = {record->registers, REGISTERS_BYTES};
  long result = CALL4(ptrace, PTRACE_GETREGSET, id, NT_PRSTATUS, &part);
  if (result < 0) {
    record->error = (uint32_t)-result;
    return;
  }
  record->flags |= THREAD_HAS_REGISTERS;
  part = (struct iovec){record->floats, FLOATS_BYTES};
  if (CALL4(ptrace, PTRACE_GETREGSET, id, NT_PRFPREG, &part) >= 0) record->flags |= THREAD_HAS_FLOATS;
}

// A thread that crashed as well waits in the signal handler; its own registers are those of its crash.
static const ucontext_t *context_of_other_crash(int id) {
  for (int i = 0; i < MAX_OTHER_CRASHES; i++) {
    if (atomic_load(&process_state.other_crashes[i].thread) == id) return atomic_load(&process_state.other_crashes[i].context);
  }
  return 0;
}

static void begin_record(struct thread_record *record, const struct capture_request *request, int id) {
  clear_bytes(record, sizeof *record);
  read_name(request, id, record->name);
}

void write_threads(const struct thread_list *list, const struct capture_request *request, struct capture_file *file, const struct mappings *mappings) {
  uint64_t stacks = 0;
  for (uint32_t i = 0; i < list->count; i++) {
    int id = list->ids[i];
    struct thread_record record;
    begin_record(&record, request, id);
    const ucontext_t *other = context_of_other_crash(id);
    if (other != 0) registers_from_context(&record, other);
    else if (i < list->stopped) read_registers(&record, id);
    else record.error = ETIMEDOUT;
    file_record(file, RECORD_THREAD, (uint32_t)id, 0, &record, sizeof record);
    if ((record.flags & THREAD_HAS_REGISTERS) == 0) continue;
    uint64_t maximum = id == request->thread ? MAX_CRASHED_STACK_BYTES : stacks < MAX_STACKS_BYTES ? MAX_STACK_BYTES : SHORT_STACK_BYTES;
    stacks += write_stack(file, mappings, id, stack_pointer_of(&record), maximum);
  }
}

void release_threads(struct thread_list *list) {
  for (uint32_t i = 0; i < list->stopped; i++) CALL4(ptrace, PTRACE_DETACH, list->ids[i], 0, 0);
}

void write_crashed_thread(const struct capture_request *request, struct capture_file *file) {
  if (request->context == 0) return;
  struct thread_record record;
  begin_record(&record, request, request->thread);
  registers_from_context(&record, request->context);
  file_record(file, RECORD_THREAD, (uint32_t)request->thread, 0, &record, sizeof record);
}

// Memory around an address that looks like one, so that a reader sees the code and what registers point to.
static void write_around(struct capture_file *file, const struct mappings *mappings, uint64_t address, uint64_t before, uint64_t after) {
  const struct mapping *mapping = mapping_at_or_after(mappings, address);
  if (mapping == 0 || mapping->start > address || !mapping->is_readable) return;
  uint64_t start = address - mapping->start < before ? mapping->start : address - before;
  uint64_t end = mapping->end - address < after ? mapping->end : address + after;
  file_memory(file, RECORD_MEMORY, 0, start, end - start);
}

void write_crashed_stack(const struct capture_request *request, struct capture_file *file, const struct mappings *mappings) {
  if (request->context == 0) return;
  struct thread_record record;
  clear_bytes(&record, sizeof record);
  registers_from_context(&record, request->context);
  write_stack(file, mappings, request->thread, stack_pointer_of(&record), MAX_CRASHED_STACK_BYTES);
  write_around(file, mappings, instruction_pointer_of(&record), 128, 128);
  uint32_t count;
  const uint64_t *registers = general_registers(&record, &count);
  for (uint32_t i = 0; i < count; i++) write_around(file, mappings, registers[i], 128, 384);
}

struct naming {
  const struct capture_request *request;
  struct capture_file *file;
  long error;
};

static void write_name(void *argument, int id) {
  struct naming *naming = argument;
  if (id == naming->request->thread && naming->request->context != 0) return;
  struct thread_record record;
  begin_record(&record, naming->request, id);
  record.error = (uint32_t)-naming->error;
  file_record(naming->file, RECORD_THREAD, (uint32_t)id, 0, &record, sizeof record);
}

void write_thread_names(const struct capture_request *request, struct capture_file *file, unsigned char *chunk, uint32_t capacity, long error) {
  struct naming naming = {request, file, error};
  for_each_thread(request->pid, chunk, capacity, write_name, &naming);
}
