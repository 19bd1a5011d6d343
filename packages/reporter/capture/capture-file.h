// A raw capture while it is written: system calls only, no allocation.
#ifndef CRASHKEEP_CAPTURE_FILE_H
#define CRASHKEEP_CAPTURE_FILE_H

#include "raw-format.h"
#include "system-calls.h"

struct capture_file {
  int descriptor;
  int error;  // the first error of the disk; nothing is written after it
  uint64_t size;
  uint32_t used;
  unsigned char *buffer;
  uint32_t capacity;
};

void file_begin(struct capture_file *file, int descriptor, unsigned char *buffer, uint32_t capacity);
// A record whose bytes are known to be readable.
void file_record(struct capture_file *file, uint32_t type, uint32_t aux, uint64_t address, const void *bytes, uint64_t length);
// Memory that may not be there: as many bytes as there are.
void file_memory(struct capture_file *file, uint32_t type, uint32_t aux, uint64_t address, uint64_t length);
// A file of /proc, in one or more records. `chunk` is scratch space.
void file_copy(struct capture_file *file, uint32_t type, const char *path, unsigned char *chunk, uint32_t capacity, uint64_t maximum);
void file_problem(struct capture_file *file, const char *sentence, long error);
void file_flush(struct capture_file *file);

// Copies to where there is room for it; overlapping is not allowed.
static inline void copy_bytes(void *to, const void *from, uint64_t count) {
  unsigned char *target = to;
  const unsigned char *source = from;
  while (count-- > 0) *target++ = *source++;
}

static inline void clear_bytes(void *to, uint64_t count) {
  unsigned char *target = to;
  while (count-- > 0) *target++ = 0;
}

static inline uint64_t text_length(const char *text) {
  uint64_t length = 0;
  while (text[length] != 0) length++;
  return length;
}

// Appends `text` and returns its end; for paths in buffers that are large enough.
static inline char *append_text(char *to, const char *text) {
  while (*text != 0) *to++ = *text++;
  *to = 0;
  return to;
}

static inline char *append_number(char *to, uint64_t number) {
  char digits[20];
  int count = 0;
  do digits[count++] = (char)('0' + number % 10);
  while ((number /= 10) > 0);
  while (count > 0) *to++ = digits[--count];
  *to = 0;
  return to;
}

#endif
