#define _GNU_SOURCE
#include "registers.h"

#include "capture-file.h"

#if defined(__x86_64__)

// struct user_regs_struct
enum { R15, R14, R13, R12, RBP, RBX, R11, R10, R9, R8, RAX, RCX, RDX, RSI, RDI, ORIG_RAX, RIP, CS, EFLAGS, RSP, SS, FS_BASE, GS_BASE, DS, ES, FS, GS };

void registers_from_context(struct thread_record *record, const ucontext_t *context) {
  const greg_t *from = context->uc_mcontext.gregs;
  uint64_t to[REGISTERS_BYTES / 8];
  clear_bytes(to, sizeof to);
  to[R15] = (uint64_t)from[REG_R15];
  to[R14] = (uint64_t)from[REG_R14];
  to[R13] = (uint64_t)from[REG_R13];
  to[R12] = (uint64_t)from[REG_R12];
  to[RBP] = (uint64_t)from[REG_RBP];
  to[RBX] = (uint64_t)from[REG_RBX];
  to[R11] = (uint64_t)from[REG_R11];
  to[R10] = (uint64_t)from[REG_R10];
  to[R9] = (uint64_t)from[REG_R9];
  to[R8] = (uint64_t)from[REG_R8];
  to[RAX] = (uint64_t)from[REG_RAX];
  to[RCX] = (uint64_t)from[REG_RCX];
  to[RDX] = (uint64_t)from[REG_RDX];
  to[RSI] = (uint64_t)from[REG_RSI];
  to[RDI] = (uint64_t)from[REG_RDI];
  to[ORIG_RAX] = (uint64_t)from[REG_RAX];
  to[RIP] = (uint64_t)from[REG_RIP];
  to[EFLAGS] = (uint64_t)from[REG_EFL];
  to[RSP] = (uint64_t)from[REG_RSP];
  uint64_t selectors = (uint64_t)from[REG_CSGSFS];
  to[CS] = selectors & 0xffff;
  to[GS] = selectors >> 16 & 0xffff;
  to[FS] = selectors >> 32 & 0xffff;
  to[SS] = selectors >> 48 & 0xffff;
  copy_bytes(record->registers, to, sizeof to);
  record->flags |= THREAD_HAS_REGISTERS;
  if (context->uc_mcontext.fpregs != 0) {
    copy_bytes(record->floats, context->uc_mcontext.fpregs, FLOATS_BYTES);
    record->flags |= THREAD_HAS_FLOATS;
  }
}

static uint64_t word(const struct thread_record *record, int index) {
  uint64_t value;
  copy_bytes(&value, record->registers + 8 * index, 8);
  return value;
}

uint64_t stack_pointer_of(const struct thread_record *record) { return word(record, RSP); }
uint64_t instruction_pointer_of(const struct thread_record *record) { return word(record, RIP); }

const uint64_t *general_registers(const struct thread_record *record, uint32_t *count) {
  *count = RDI + 1;
  return (const uint64_t *)(const void *)record->registers;
}

__asm__(
    ".text\n"
    ".type context_of_caller,@function\n"
    ".hidden context_of_caller\n"
    ".globl context_of_caller\n"
    "context_of_caller:\n"
    // gregs begin at 40 in ucontext_t: r8 … r15, rdi, rsi, rbp, rbx, rdx, rax, rcx, rsp, rip.
    "  mov %r12, 72(%rdi)\n"
    "  mov %r13, 80(%rdi)\n"
    "  mov %r14, 88(%rdi)\n"
    "  mov %r15, 96(%rdi)\n"
    "  mov %rbp, 120(%rdi)\n"
    "  mov %rbx, 128(%rdi)\n"
    "  lea 8(%rsp), %rax\n"
    "  mov %rax, 160(%rdi)\n"
    "  mov (%rsp), %rax\n"
    "  mov %rax, 168(%rdi)\n"
    "  ret\n"
    ".size context_of_caller, .-context_of_caller\n");

#else

#include <asm/sigcontext.h>

// struct user_pt_regs: 31 registers, sp, pc, pstate. The same order as in mcontext_t behind fault_address.
void registers_from_context(struct thread_record *record, const ucontext_t *context) {
  copy_bytes(record->registers, context->uc_mcontext.regs, 31 * 8);
  copy_bytes(record->registers + 31 * 8, &context->uc_mcontext.sp, 8);
  copy_bytes(record->registers + 32 * 8, &context->uc_mcontext.pc, 8);
  copy_bytes(record->registers + 33 * 8, &context->uc_mcontext.pstate, 8);
  record->flags |= THREAD_HAS_REGISTERS;
  // Records of a magic number and a size, ended by zeros.
  const unsigned char *next = (const unsigned char *)context->uc_mcontext.__reserved;
  const unsigned char *end = next + sizeof context->uc_mcontext.__reserved;
  while (next + sizeof(struct fpsimd_context) <= end) {
    const struct fpsimd_context *floats = (const struct fpsimd_context *)(const void *)next;
    if (floats->head.size == 0) return;
    if (floats->head.magic == FPSIMD_MAGIC) {
      copy_bytes(record->floats, floats->vregs, 512);
      copy_bytes(record->floats + 512, &floats->fpsr, 4);
      copy_bytes(record->floats + 516, &floats->fpcr, 4);
      record->flags |= THREAD_HAS_FLOATS;
      return;
    }
    next += floats->head.size;
  }
}

static uint64_t word(const struct thread_record *record, int index) {
  uint64_t value;
  copy_bytes(&value, record->registers + 8 * index, 8);
  return value;
}

uint64_t stack_pointer_of(const struct thread_record *record) { return word(record, 31); }
uint64_t instruction_pointer_of(const struct thread_record *record) { return word(record, 32); }

const uint64_t *general_registers(const struct thread_record *record, uint32_t *count) {
  *count = 31;
  return (const uint64_t *)(const void *)record->registers;
}

__asm__(
    ".text\n"
    ".type context_of_caller,%function\n"
    ".hidden context_of_caller\n"
    ".globl context_of_caller\n"
    "context_of_caller:\n"
    // uc_mcontext begins at 176 (fault_address); regs at 184, sp at 432, pc at 440.
    "  stp x19, x20, [x0, #336]\n"
    "  stp x21, x22, [x0, #352]\n"
    "  stp x23, x24, [x0, #368]\n"
    "  stp x25, x26, [x0, #384]\n"
    "  stp x27, x28, [x0, #400]\n"
    "  stp x29, x30, [x0, #416]\n"
    "  mov x1, sp\n"
    "  str x1, [x0, #432]\n"
    "  str x30, [x0, #440]\n"
    "  ret\n"
    ".size context_of_caller, .-context_of_caller\n");

#endif
