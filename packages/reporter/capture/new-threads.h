#ifndef CRASHKEEP_NEW_THREADS_H
#define CRASHKEEP_NEW_THREADS_H

// Threads that the program itself (not one of its libraries) makes from now on get an alternate stack, so that an exhausted stack of a worker is
// captured although the worker never heard of us. Nothing happens where the program's table of functions is not as expected.
void give_stacks_to_new_threads(void);

#endif
