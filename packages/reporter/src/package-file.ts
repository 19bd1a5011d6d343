import { fileURLToPath } from 'node:url'

/**
 * A program of this package, named without its extension, for another process to run. This file, what tsc makes of it and the bundle that it is part of
 * all lie at the root of their folders.
 */
export function programPath(name: string): string {
  return fileURLToPath(new URL(`./${name}${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url))
}

/** A file that was not compiled: the addon, CommonJS. */
export function packageFile(path: string): string {
  return fileURLToPath(new URL(path, import.meta.url))
}
