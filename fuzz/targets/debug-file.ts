import { dumpSymbols } from '../../packages/symbols/dist/dump/index.js'
import { bytesSource, openBreakpadSymbols, SymbolError } from '../../packages/symbols/dist/index.js'
import { decompressSection } from '../../packages/symbols/dist/node/index.js'
import { synthArmExceptions, synthElf, synthProgram } from '../../packages/symbols/testing/synth-elf.ts'
import { windowsSeeds } from '../../packages/symbols/testing/windows-seeds.ts'
import { realDebugFiles } from '../debug-files.ts'
import type { Target } from '../target.ts'

/** Debug files of each format: what is written must be a symbol file without a bad line, however damaged they are. */
export const debugFileTarget: Target = {
  name: 'debug-file',
  kind: 'binary',
  seeds: () => [synthProgram(), synthElf({ machine: 40, sections: synthArmExceptions() }), ...windowsSeeds(), ...realDebugFiles()],
  run: (input) => {
    try {
      const chunks: Uint8Array[] = []
      // A file that names itself as its companion must not go on for ever.
      const companions = () => bytesSource(input)
      const { module, counts, problems } = dumpSymbols(bytesSource(input), (chunk) => chunks.push(chunk), {
        fileName: 'file',
        companions,
        decompress: decompressSection,
      })
      const text = Buffer.concat(chunks)
      const { badLines } = openBreakpadSymbols(bytesSource(new Uint8Array(text)))
      if (badLines > 0) throw new Error(`The symbol file has ${badLines} bad lines.`)
      return JSON.stringify([module, counts, problems, text.length])
    } catch (error) {
      if (error instanceof SymbolError) return `${error.code} ${error.message}`
      throw error
    }
  },
}
