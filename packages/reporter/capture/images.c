#define _GNU_SOURCE
#include "images.h"

#include <elf.h>
#include <fcntl.h>

#define MAX_PROGRAM_HEADERS 64
#define MAX_NOTE_BYTES 4096u
#define MAX_DYNAMIC_ENTRIES 256
#define MAX_SONAME_BYTES 256
// As many as a module list may have; each costs about one page of the capture.
#define MAX_IMAGES 4096

// Reads memory that may not be there, also behind the end of a file that was cut.
static int read_memory(long memory, uint64_t address, void *to, uint64_t length) {
  return CALL4(pread64, memory, to, length, address) == (long)length;
}

static void write_dynamic(struct capture_file *file, long memory, uint64_t bias, const Elf64_Phdr *header) {
  uint64_t address = bias + header->p_vaddr;
  uint64_t names = 0;
  uint64_t soname = 0;
  uint64_t count = 0;
  for (; count < MAX_DYNAMIC_ENTRIES; count++) {
    Elf64_Dyn entry;
    if (!read_memory(memory, address + count * sizeof entry, &entry, sizeof entry)) return;
    if (entry.d_tag == DT_NULL) break;
    if (entry.d_tag == DT_STRTAB) names = entry.d_un.d_ptr;
    if (entry.d_tag == DT_SONAME) soname = entry.d_un.d_val;
  }
  file_memory(file, RECORD_IMAGE, 0, address, count * sizeof(Elf64_Dyn));
  if (names == 0 || soname == 0) return;
  // glibc's loader has relocated the address, musl's and the vDSO's have not.
  if (names < bias) names += bias;
  file_memory(file, RECORD_IMAGE, 0, names + soname, MAX_SONAME_BYTES);
}

static int write_image(struct capture_file *file, long memory, const struct mapping *mapping) {
  Elf64_Ehdr header;
  if (!read_memory(memory, mapping->start, &header, sizeof header)) return 0;
  if (header.e_ident[0] != 0x7f || header.e_ident[1] != 'E' || header.e_ident[2] != 'L' || header.e_ident[3] != 'F') return 0;
  if (header.e_ident[EI_CLASS] != ELFCLASS64 || header.e_phentsize != sizeof(Elf64_Phdr)) return 0;
  uint64_t count = header.e_phnum < MAX_PROGRAM_HEADERS ? header.e_phnum : MAX_PROGRAM_HEADERS;
  uint64_t headers = mapping->start + header.e_phoff;
  file_memory(file, RECORD_IMAGE, 0, mapping->start, sizeof header);
  file_memory(file, RECORD_IMAGE, 0, headers, count * sizeof(Elf64_Phdr));
  uint64_t bias = mapping->start;
  Elf64_Phdr each;
  for (uint64_t i = 0; i < count; i++) {
    if (!read_memory(memory, headers + i * sizeof each, &each, sizeof each)) return 1;
    if (each.p_type == PT_LOAD && each.p_offset == 0) bias = mapping->start - each.p_vaddr;
  }
  for (uint64_t i = 0; i < count; i++) {
    if (!read_memory(memory, headers + i * sizeof each, &each, sizeof each)) return 1;
    if (each.p_type == PT_NOTE) {
      file_memory(file, RECORD_IMAGE, 0, bias + each.p_vaddr, each.p_memsz < MAX_NOTE_BYTES ? each.p_memsz : MAX_NOTE_BYTES);
    } else if (each.p_type == PT_DYNAMIC) {
      write_dynamic(file, memory, bias, &each);
    }
  }
  return 1;
}

void write_images(struct capture_file *file, const struct mappings *mappings) {
  long memory = CALL4(openat, AT_FDCWD, "/proc/self/mem", O_RDONLY | O_CLOEXEC, 0);
  if (memory < 0) {
    file_problem(file, "The headers of modules could not be read.", memory);
    return;
  }
  uint32_t written = 0;
  for (uint32_t i = 0; i < mappings->count && written < MAX_IMAGES; i++) {
    const struct mapping *mapping = &mappings->entries[i];
    if (mapping->is_file && mapping->is_readable && mapping->offset == 0) written += (uint32_t)write_image(file, memory, mapping);
  }
  CALL1(close, memory);
}
