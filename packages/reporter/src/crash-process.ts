/** `process.crash()`: a death as by a null pointer. */
export function crashProcess(): never {
  process.kill(process.pid, 'SIGSEGV')
  // The signal comes before the next instruction of this thread, or to another thread of the process a little later.
  for (;;);
}
