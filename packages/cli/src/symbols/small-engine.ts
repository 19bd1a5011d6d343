import { setFlagsFromString } from 'node:v8'

/** The space for young objects stays as small as it begins: hardly any of ours survive. */
const always = ['--semi-space-growth-factor=1', '--maglev']
/**
 * V8 has two optimizing compilers. For what takes a second it is only the one that compiles ten times as fast: the better code of the other never earns
 * back the time that it takes to be made, a fifth of all. With small functions either needs less memory. Measured for a C++ program of 50 MB: 750 ms of
 * processor and 88 MB with one, 840 ms and 105 MB with both; for the node binary of 120 MB 1140 ms and 1230 ms.
 */
const quick = ['--no-turbofan', '--max-maglev-inlined-bytecode-size-cumulative=60']
const thorough = ['--max-inlined-bytecode-size-cumulative=60']
/** A larger file takes long enough for the better code, and memory for both compilers is little beside its own. */
const maxQuickBytes = 200e6
/** Elsewhere the quick one may not be there. */
const hasQuick = process.arch === 'x64' || process.arch === 'arm64'

/** From now on for the whole process, which does nothing but dump files of so many bytes together. */
export function keepEngineSmall(bytes: number): void {
  for (const flag of [...always, ...(hasQuick && bytes < maxQuickBytes ? quick : thorough)]) setFlagsFromString(flag)
}
