// The parts of the capture's writer that need no dying process, run on this one: write-capture FILE. Built with sanitizers.
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "capture-file.h"
#include "images.h"
#include "mappings.h"

static unsigned char buffer[4096];
static unsigned char chunk[512];
static struct mapping entries[4096];

int main(int count, char **arguments) {
  if (count != 2) return 2;
  int descriptor = open(arguments[1], O_WRONLY | O_CREAT | O_TRUNC, 0600);
  if (descriptor < 0) return 3;
  struct capture_file file;
  struct process_record process = {(uint32_t)getpid(), (uint32_t)getpid(), 11, CAPTURE_SIGNAL, 1, 2};
  struct mappings mappings = {entries, 0, sizeof entries / sizeof *entries};
  file_begin(&file, descriptor, buffer, sizeof buffer);
  file_record(&file, RECORD_PROCESS, 0, 0, &process, sizeof process);
  // A chunk that is smaller than many lines: they are put together again.
  read_mappings(&mappings, &file, "/proc/self/maps", chunk, sizeof chunk);
  write_images(&file, &mappings);
  const struct mapping *own = mapping_at_or_after(&mappings, (uint64_t)(void *)main);
  if (own == 0 || own->start > (uint64_t)(void *)main || !own->is_file || !own->is_readable) return 4;
  if (mapping_at_or_after(&mappings, ~0ull) != 0) return 5;
  // Memory up to the end of a mapping and beyond: only what is there.
  file_memory(&file, RECORD_MEMORY, 0, own->end - 16, 16);
  file_memory(&file, RECORD_MEMORY, 0, 4096, 64);
  file_copy(&file, RECORD_STATUS, "/proc/self/status", chunk, sizeof chunk, 1 << 20);
  file_copy(&file, RECORD_LIMITS, "/proc/self/no-such-file", chunk, sizeof chunk, 1 << 20);
  char text[32];
  append_number(append_text(text, "n"), 18446744073709551615ull);
  file_record(&file, RECORD_NOTE, 0, 0, "name\0n", 6);
  file_record(&file, RECORD_PROBLEM, 0, 0, text, text_length(text));
  file_record(&file, RECORD_END, 0, 0, 0, 0);
  file_flush(&file);
  return file.error == 0 && strcmp(text, "n18446744073709551615") == 0 ? 0 : 6;
}
