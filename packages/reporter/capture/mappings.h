// The address space, from /proc/self/maps.
#ifndef CRASHKEEP_MAPPINGS_H
#define CRASHKEEP_MAPPINGS_H

#include <stdint.h>

#include "capture-file.h"

struct mapping {
  uint64_t start;
  uint64_t end;
  uint64_t offset;
  uint32_t is_readable;
  uint32_t is_file;  // or the vDSO
};

struct mappings {
  struct mapping *entries;
  uint32_t count;
  uint32_t capacity;
};

// Fills `mappings` and copies the text into the capture.
void read_mappings(struct mappings *mappings, struct capture_file *file, const char *path, unsigned char *chunk, uint32_t capacity);
// The mapping that holds `address`, or the first one behind it; 0 when there is none.
const struct mapping *mapping_at_or_after(const struct mappings *mappings, uint64_t address);

#endif
