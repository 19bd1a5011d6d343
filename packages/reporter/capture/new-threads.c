// An alternate stack can only be set by its own thread. Node makes its workers with pthread_create, which it calls through its global offset table; the
// entry there is replaced by a function that sets the stack and goes on.
#define _GNU_SOURCE
#include "new-threads.h"

#include <dlfcn.h>
#include <elf.h>
#include <link.h>
#include <pthread.h>
#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

#include "capture-file.h"
#include "process-state.h"
#include "signals.h"

#define MAX_RELOCATIONS 1000000u
#if defined(__x86_64__)
#define IS_FUNCTION_SLOT(type) ((type) == R_X86_64_JUMP_SLOT || (type) == R_X86_64_GLOB_DAT)
#else
#define IS_FUNCTION_SLOT(type) ((type) == R_AARCH64_JUMP_SLOT || (type) == R_AARCH64_GLOB_DAT)
#endif

typedef int (*create_function)(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *);

struct beginning {
  void *(*routine)(void *);
  void *argument;
};

static create_function real_create;

static void *begin_thread(void *argument) {
  struct beginning beginning = *(struct beginning *)argument;
  CALL2(munmap, argument, sizeof beginning);
  void *stack = give_alternate_stack();
  void *result = beginning.routine(beginning.argument);
  take_alternate_stack(stack);
  return result;
}

static int create_thread(pthread_t *thread, const pthread_attr_t *attributes, void *(*routine)(void *), void *argument) {
  long memory = CALL6(mmap, 0, sizeof(struct beginning), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory < 0 && memory > -4096) return real_create(thread, attributes, routine, argument);
  struct beginning *beginning = (struct beginning *)memory;
  *beginning = (struct beginning){routine, argument};
  int error = real_create(thread, attributes, begin_thread, beginning);
  if (error != 0) CALL2(munmap, beginning, sizeof *beginning);
  return error;
}

struct dynamic {
  const Elf64_Sym *symbols;
  const char *names;
  const Elf64_Rela *tables[2];
  uint64_t counts[2];
};

static int is_name(const char *a, const char *b) {
  while (*a != 0 && *a == *b) a++, b++;
  return *a == *b;
}

// glibc has added the base to addresses in the dynamic section, musl has not.
static void *address_in(const struct dl_phdr_info *program, uint64_t value) {
  return (void *)(value < program->dlpi_addr ? value + program->dlpi_addr : value);
}

static void read_dynamic(const struct dl_phdr_info *program, const Elf64_Dyn *entry, struct dynamic *to) {
  clear_bytes(to, sizeof *to);
  for (; entry->d_tag != DT_NULL; entry++) {
    if (entry->d_tag == DT_SYMTAB) to->symbols = address_in(program, entry->d_un.d_ptr);
    if (entry->d_tag == DT_STRTAB) to->names = address_in(program, entry->d_un.d_ptr);
    if (entry->d_tag == DT_JMPREL) to->tables[0] = address_in(program, entry->d_un.d_ptr);
    if (entry->d_tag == DT_PLTRELSZ) to->counts[0] = entry->d_un.d_val / sizeof(Elf64_Rela);
    if (entry->d_tag == DT_RELA) to->tables[1] = address_in(program, entry->d_un.d_ptr);
    if (entry->d_tag == DT_RELASZ) to->counts[1] = entry->d_un.d_val / sizeof(Elf64_Rela);
  }
}

static void replace(const struct dl_phdr_info *program, uint64_t offset) {
  create_function *slot = (create_function *)(program->dlpi_addr + offset);
  uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
  uint64_t start = (uint64_t)slot & ~(page - 1);
  int is_protected = 0;
  for (int i = 0; i < program->dlpi_phnum; i++) {
    const Elf64_Phdr *header = &program->dlpi_phdr[i];
    uint64_t from = program->dlpi_addr + header->p_vaddr;
    if (header->p_type == PT_GNU_RELRO && (uint64_t)slot >= from && (uint64_t)slot < from + header->p_memsz) is_protected = 1;
  }
  if (is_protected && CALL3(mprotect, start, page, PROT_READ | PROT_WRITE) != 0) return;
  *slot = create_thread;
  if (is_protected) CALL3(mprotect, start, page, PROT_READ);
}

// The first object is the program.
static int look_at_program(struct dl_phdr_info *program, size_t size, void *argument) {
  (void)size;
  (void)argument;
  for (int i = 0; i < program->dlpi_phnum; i++) {
    if (program->dlpi_phdr[i].p_type != PT_DYNAMIC) continue;
    struct dynamic dynamic;
    read_dynamic(program, (const Elf64_Dyn *)(program->dlpi_addr + program->dlpi_phdr[i].p_vaddr), &dynamic);
    if (dynamic.symbols == 0 || dynamic.names == 0) return 1;
    for (int table = 0; table < 2; table++) {
      for (uint64_t at = 0; dynamic.tables[table] != 0 && at < dynamic.counts[table] && at < MAX_RELOCATIONS; at++) {
        const Elf64_Rela *relocation = &dynamic.tables[table][at];
        if (!IS_FUNCTION_SLOT(ELF64_R_TYPE(relocation->r_info))) continue;
        const char *name = dynamic.names + dynamic.symbols[ELF64_R_SYM(relocation->r_info)].st_name;
        if (is_name(name, "pthread_create")) replace(program, relocation->r_offset);
      }
    }
  }
  return 1;
}

void give_stacks_to_new_threads(void) {
  real_create = (create_function)(uintptr_t)dlsym(RTLD_DEFAULT, "pthread_create");
  if (real_create != 0) dl_iterate_phdr(look_at_program, 0);
}
