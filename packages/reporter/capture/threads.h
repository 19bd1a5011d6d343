// The other threads: stopped by ptrace, their registers and stacks written, let go.
#ifndef CRASHKEEP_THREADS_H
#define CRASHKEEP_THREADS_H

#include "capture-file.h"
#include "mappings.h"
#include "process-state.h"

// Of a process with more threads the first so many are written; src/raw-capture and the dump's readers have the same number.
#define MAX_THREADS 16384

struct thread_list {
  int *ids;
  uint32_t count;
  uint32_t stopped;
};

// Everything but `request->thread` when its registers are known already.
void stop_threads(struct thread_list *list, const struct capture_request *request, struct capture_file *file, unsigned char *chunk, uint32_t capacity);
void write_threads(const struct thread_list *list, const struct capture_request *request, struct capture_file *file, const struct mappings *mappings);
void release_threads(struct thread_list *list);

// The thread whose context a signal handler was given.
void write_crashed_thread(const struct capture_request *request, struct capture_file *file);
void write_crashed_stack(const struct capture_request *request, struct capture_file *file, const struct mappings *mappings);
// Names of threads that cannot be stopped.
void write_thread_names(const struct capture_request *request, struct capture_file *file, unsigned char *chunk, uint32_t capacity, long error);

#endif
