import type { LayoutKind } from '../database/layout.ts'

/** Electron's Crashpad keeps the database of its system, also while it is empty and nothing shows which. */
export function electronLayout(): LayoutKind {
  if (process.platform === 'darwin') return 'mac'
  return process.platform === 'win32' ? 'windows' : 'generic'
}
