#include "capture-file.h"

#include <errno.h>
#include <fcntl.h>

static void put(struct capture_file *file, const void *bytes, uint64_t length) {
  const unsigned char *next = bytes;
  while (length > 0 && file->error == 0) {
    long count = CALL3(write, file->descriptor, next, length);
    if (count == -EINTR) continue;
    if (count <= 0) {
      file->error = count == 0 ? ENOSPC : (int)-count;
      return;
    }
    next += count;
    length -= (uint64_t)count;
    file->size += (uint64_t)count;
  }
}

void file_begin(struct capture_file *file, int descriptor, unsigned char *buffer, uint32_t capacity) {
  file->descriptor = descriptor;
  file->error = 0;
  file->size = 0;
  file->used = 0;
  file->buffer = buffer;
  file->capacity = capacity;
  struct raw_header header = {RAW_MAGIC, RAW_VERSION, RAW_ARCHITECTURE};
  put(file, &header, sizeof header);
}

void file_flush(struct capture_file *file) {
  put(file, file->buffer, file->used);
  file->used = 0;
}

static void append(struct capture_file *file, const void *bytes, uint64_t length) {
  if (file->used + length > file->capacity) file_flush(file);
  if (length > file->capacity) {
    put(file, bytes, length);
    return;
  }
  copy_bytes(file->buffer + file->used, bytes, length);
  file->used += (uint32_t)length;
}

void file_record(struct capture_file *file, uint32_t type, uint32_t aux, uint64_t address, const void *bytes, uint64_t length) {
  struct record_header header = {type, aux, address, length};
  append(file, &header, sizeof header);
  append(file, bytes, length);
}

void file_memory(struct capture_file *file, uint32_t type, uint32_t aux, uint64_t address, uint64_t length) {
  if (length == 0) return;
  file_flush(file);
  if (file->error != 0) return;
  struct record_header header = {type, aux, address, length};
  uint64_t start = file->size;
  put(file, &header, sizeof header);
  uint64_t done = 0;
  while (done < length && file->error == 0) {
    // The kernel copies, so memory that is not there is EFAULT and no signal.
    long count = CALL3(write, file->descriptor, address + done, length - done);
    if (count == -EINTR) continue;
    if (count <= 0 && count != -EFAULT) file->error = count == 0 ? ENOSPC : (int)-count;
    if (count <= 0) break;
    done += (uint64_t)count;
    file->size += (uint64_t)count;
  }
  if (done == length || file->error != 0) return;
  header.length = done;
  long written = CALL4(pwrite64, file->descriptor, &header, sizeof header, start);
  if (written != (long)sizeof header) file->error = written < 0 ? (int)-written : EIO;
}

void file_copy(struct capture_file *file, uint32_t type, const char *path, unsigned char *chunk, uint32_t capacity, uint64_t maximum) {
  long source = CALL4(openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC, 0);
  if (source < 0) {
    file_problem(file, path, source);
    return;
  }
  for (uint64_t total = 0; total < maximum;) {
    long count = CALL3(read, source, chunk, capacity);
    if (count == -EINTR) continue;
    if (count <= 0) break;
    file_record(file, type, 0, 0, chunk, (uint64_t)count);
    total += (uint64_t)count;
  }
  CALL1(close, source);
}

void file_problem(struct capture_file *file, const char *sentence, long error) {
  file_record(file, RECORD_PROBLEM, (uint32_t)(error < 0 ? -error : error), 0, sentence, text_length(sentence));
}
