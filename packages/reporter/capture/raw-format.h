// The form of a raw capture, read by src/raw-capture/read-raw-capture.ts. In the byte order of the machine: a header, then records until RECORD_END.
// A file without it was cut off (a full disk, a second crash) and is good up to there.
#ifndef CRASHKEEP_RAW_FORMAT_H
#define CRASHKEEP_RAW_FORMAT_H

#include <stdint.h>

#define RAW_MAGIC 0x5041435741524b43ull  // "CKRAWCAP"
#define RAW_VERSION 1

#if defined(__x86_64__)
#define RAW_ARCHITECTURE 9
#define REGISTERS_BYTES 216  // struct user_regs_struct
#define FLOATS_BYTES 512     // FXSAVE
#else
#define RAW_ARCHITECTURE 12
#define REGISTERS_BYTES 272  // struct user_pt_regs
#define FLOATS_BYTES 528     // struct user_fpsimd_state
#endif

enum record_type {
  RECORD_PROCESS = 1,
  RECORD_SIGINFO = 2,
  RECORD_THREAD = 3,
  RECORD_STACK = 4,   // aux: thread
  RECORD_MEMORY = 5,  // wanted in the dump
  RECORD_IMAGE = 6,   // headers, notes and dynamic sections of ELF images
  // Texts and the like; several records of one type follow each other.
  RECORD_MAPS = 7,
  RECORD_AUXV = 8,
  RECORD_STATUS = 9,
  RECORD_COMMAND_LINE = 10,
  RECORD_STAT = 11,
  RECORD_LIMITS = 12,
  RECORD_ENVIRONMENT = 13,
  RECORD_SETTINGS = 14,
  RECORD_ANNOTATIONS = 15,  // aux: the thread that says so, 0 for the process
  RECORD_DEATH = 16,
  RECORD_PROGRAM = 17,
  RECORD_PROBLEM = 18,
  RECORD_END = 19,
  RECORD_NOTE = 20,  // a name, NUL, a text: what C code says about the death
};

struct raw_header {
  uint64_t magic;
  uint32_t version;
  uint32_t architecture;
};

struct record_header {
  uint32_t type;
  uint32_t aux;
  uint64_t address;
  uint64_t length;
};

enum capture_kind { CAPTURE_SIGNAL = 0, CAPTURE_EXCEPTION = 1, CAPTURE_HANG = 2 };

struct process_record {
  uint32_t pid;
  uint32_t crashed_thread;
  uint32_t signal;
  uint32_t kind;
  uint64_t realtime_nanoseconds;
  uint64_t uptime_nanoseconds;
};

enum thread_flags { THREAD_HAS_REGISTERS = 1, THREAD_HAS_FLOATS = 2 };

struct thread_record {
  uint32_t flags;
  uint32_t error;  // why it could not be stopped, 0 if it was
  char name[16];
  unsigned char registers[REGISTERS_BYTES];
  unsigned char floats[FLOATS_BYTES];
};

#endif
