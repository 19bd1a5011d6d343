#include "system-calls.h"

#if defined(__x86_64__)

__asm__(
    ".text\n"
    ".type clone_process,@function\n"
    ".hidden clone_process\n"
    ".globl clone_process\n"
    "clone_process:\n"
    // rdi flags, rsi stack, rdx cleared, rcx entry, r8 argument. The kernel: rdi flags, rsi stack, rdx ptid, r10 ctid, r8 tls.
    "  sub $16, %rsi\n"
    "  mov %rcx, 0(%rsi)\n"
    "  mov %r8, 8(%rsi)\n"
    "  mov %rdx, %r10\n"
    "  xor %edx, %edx\n"
    "  xor %r8d, %r8d\n"
    "  mov $56, %eax\n"
    "  syscall\n"
    "  test %eax, %eax\n"
    "  jz 1f\n"
    "  ret\n"
    "1: xor %ebp, %ebp\n"
    "  pop %rax\n"
    "  pop %rdi\n"
    "  call *%rax\n"
    "  hlt\n"
    ".size clone_process, .-clone_process\n");

#else

__asm__(
    ".text\n"
    ".type clone_process,%function\n"
    ".hidden clone_process\n"
    ".globl clone_process\n"
    "clone_process:\n"
    // x0 flags, x1 stack, x2 cleared, x3 entry, x4 argument. The kernel: x0 flags, x1 stack, x2 ptid, x3 tls, x4 ctid.
    "  stp x3, x4, [x1, #-16]!\n"
    "  mov x4, x2\n"
    "  mov x2, xzr\n"
    "  mov x3, xzr\n"
    "  mov x8, #220\n"
    "  svc 0\n"
    "  cbz x0, 1f\n"
    "  ret\n"
    "1: mov x29, xzr\n"
    "  mov x30, xzr\n"
    "  ldp x1, x0, [sp], #16\n"
    "  blr x1\n"
    "  brk #0\n"
    ".size clone_process, .-clone_process\n");

#endif
