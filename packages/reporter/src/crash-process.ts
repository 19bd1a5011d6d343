import { loadAddon } from './capture/addon.ts'

/** `process.crash()`: a write to address 0; where there is no native code of ours, the signal that such a write raises. */
export function crashProcess(): never {
  const loaded = loadAddon()
  if ('addon' in loaded) loaded.addon.crash()
  process.kill(process.pid, 'SIGSEGV')
  // The signal reaches this thread or another one before long.
  for (;;);
}
