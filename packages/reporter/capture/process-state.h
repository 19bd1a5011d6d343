// What the addon keeps between start and crash. Everything a signal handler reads is in place before the handler is.
#ifndef CRASHKEEP_PROCESS_STATE_H
#define CRASHKEEP_PROCESS_STATE_H

#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <ucontext.h>

#include "raw-format.h"

#define MAX_PATH_BYTES 4096
// Address space without memory behind it until a crash: the maps of a process with 4,000 threads and more fit.
#define SCRATCH_BYTES (8u << 20)
#define WRITER_STACK_BYTES (128u << 10)
#define FILE_BUFFER_BYTES (64u << 10)
#define CHUNK_BYTES (64u << 10)
// Threads that crash while the first one's crash is written.
#define MAX_OTHER_CRASHES 16

// Bytes that JavaScript replaces as a whole while a crash may read them.
struct blob {
  uint64_t length;
  unsigned char bytes[];
};

// Names and texts, each with its NUL.
struct notes {
  uint32_t length;
  char bytes[64u << 10];
};

struct other_crash {
  atomic_int thread;
  _Atomic(void *) context;  // 0 until it is known
};

// What a thread that runs JavaScript says besides the process; taken when it is that thread that crashes.
#define MAX_THREAD_ANNOTATIONS 256

struct thread_annotations {
  atomic_int thread;
  _Atomic(struct blob *) texts;
};

// What a start says. A later start replaces it as a whole; the one before is never freed, a crash may be reading it.
struct configuration {
  char folder[MAX_PATH_BYTES];  // of captures, without a slash at its end
  // The handler's program: argument and environment vectors as execve wants them. No program: nothing is started.
  char *const *handler_arguments;
  char *const *handler_environment;
  int has_environment;
  int may_outlive;  // whether a process that shares memory with one that dumps core goes on
  struct blob *settings;
};

struct process_state {
  _Atomic(struct configuration *) configuration;
  _Atomic(struct blob *) annotations;
  struct thread_annotations thread_annotations[MAX_THREAD_ANNOTATIONS];
  unsigned char *scratch;
  struct other_crash other_crashes[MAX_OTHER_CRASHES];
};

extern struct process_state process_state;

// One capture, from the thread that asks to the process that writes.
struct capture_request {
  enum capture_kind kind;
  int pid;
  int thread;            // that crashed
  int thread_of_caller;  // mostly the same
  int signal;
  const siginfo_t *info;      // may be 0
  const ucontext_t *context;  // 0: the registers are taken as those of any other thread
  const struct blob *death;   // what JavaScript says about it, may be 0
  const struct notes *notes;  // what C code says about it, may be 0
  int lives;                  // the process goes on
};

// Writes a capture and starts the handler. Returns the writer's process id, or 0 when none could be made and this thread wrote what it could. After it
// returns the file is whole, or the time for it is over.
int capture_process(const struct capture_request *request);

#endif
