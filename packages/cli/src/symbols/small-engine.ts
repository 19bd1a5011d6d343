import { setFlagsFromString } from 'node:v8'

/**
 * For a program that does one thing for a second: the space for young objects stays as small as it begins (hardly any of ours survive), and of the
 * two optimizing compilers only the one whose code is better works, on smaller functions. Measured for a C++ program of 50 MB: 99 MB of memory
 * instead of 109, in the same time.
 */
const flags = ['--semi-space-growth-factor=1', '--no-maglev', '--max-inlined-bytecode-size-cumulative=60']

/** From now on for the whole process. */
export function keepEngineSmall(): void {
  for (const flag of flags) setFlagsFromString(flag)
}
