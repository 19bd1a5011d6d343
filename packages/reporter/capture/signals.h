#ifndef CRASHKEEP_SIGNALS_H
#define CRASHKEEP_SIGNALS_H

typedef int (*wasm_trap_handler)(int, siginfo_t *, void *);

// Handlers for everything that ends a process with a core file, but for signals that are ignored and for those that somebody listens to already and
// that only come from outside. `wasm_trap` is V8's own first look at a fault, 0 when there is none.
void install_signal_handlers(wasm_trap_handler wasm_trap);

// An alternate stack for the calling thread, unless it has one that is large enough. Returns what to free, or 0.
void *give_alternate_stack(void);
void take_alternate_stack(void *stack);

#endif
