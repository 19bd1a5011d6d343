import { statfs } from 'node:fs/promises'
import { symbolLimits } from './limits.ts'

/** Whether the disk of a folder has more room than symbols leave to reports. */
export async function hasSpace(folder: string): Promise<boolean> {
  const { bavail, blocks, bsize } = await statfs(folder)
  return bavail * bsize >= Math.min(symbolLimits.reserveBytes, symbolLimits.reserveFraction * blocks * bsize)
}
