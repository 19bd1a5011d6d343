// Registers of a signal's context in the form in which ptrace gives them.
#ifndef CRASHKEEP_REGISTERS_H
#define CRASHKEEP_REGISTERS_H

#include <stdint.h>
#include <ucontext.h>

#include "raw-format.h"

// Fills registers, floats and flags.
void registers_from_context(struct thread_record *record, const ucontext_t *context);
uint64_t stack_pointer_of(const struct thread_record *record);
uint64_t instruction_pointer_of(const struct thread_record *record);
// The general registers, `count` of them, one after the other in the record.
const uint64_t *general_registers(const struct thread_record *record, uint32_t *count);
// What a caller may rely on across a call, as if a signal had come there. For captures that no signal asked for.
void context_of_caller(ucontext_t *context);

#endif
