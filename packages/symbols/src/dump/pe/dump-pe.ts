import type { ByteSource } from '../../byte-source.ts'
import { leafName } from '../../symbol-path.ts'
import { checksum, maxLinkBytes, parseDebugLink } from '../debug-link.ts'
import { dumpDwarf } from '../dwarf/dump-dwarf.ts'
import type { DwarfSections } from '../dwarf/sections.ts'
import { openOldSection, type SectionReading, sectionReading } from '../elf/elf-sections.ts'
import type { DumpedFile, DumpInput } from '../input.ts'
import { dumpOpenedPdb, type OpenedPdb, openPdb } from '../pdb/dump-pdb.ts'
import { Damage, type Problems } from '../problem.ts'
import { codeRanges } from './code-ranges.ts'
import { type CodeViewRecord, readCodeView } from './debug-directory.ts'
import { writePeFrames } from './pe-frames.ts'
import { codeIdOf, cpuOfMachine } from './pe-ids.ts'
import { addPeSymbols, PeSymbols } from './pe-symbols.ts'
import { type PeFile, readPe } from './read-pe.ts'

/** Of a PE that has no record of a PDB: reports name such a module so, too. */
const noDebugId = '0'.repeat(33)

/** With its PDB, where that is found: functions and lines of the one, unwind information of the other. Alone: DWARF, symbols, exports. */
export function dumpPe(input: DumpInput): DumpedFile {
  const { source, options, problems } = input
  const pe = readPe(source, problems)
  if (pe === undefined) throw new Damage('no_pe', 'The headers are no PE file’s.')
  const codeView = readCodeView(pe)
  const codeFile = leafName(options.fileName)
  const pdbName = leafName(codeView?.pdbPath)
  const debugFile = options.debugFile ?? pdbName ?? codeFile ?? 'unknown'
  if (codeView !== undefined) {
    const beside = pdbName === undefined ? undefined : options.companions?.({ kind: 'pdb', name: pdbName, debugId: codeView.debugId })
    const pdb = beside === undefined ? undefined : matchingPdb(beside, codeView, problems)
    if (pdb !== undefined) return dumpOpenedPdb(input, pdb, { debugFile, pe, codeFile, debugId: codeView.debugId })
  }
  collect(input, pe, codeFile ?? debugFile)
  return {
    module: {
      os: 'windows',
      cpu: cpuOfMachine(pe.machine),
      debugId: codeView?.debugId ?? noDebugId,
      debugFile,
      codeId: codeIdOf(pe),
      ...(codeFile === undefined ? {} : { codeFile }),
    },
    stack: (writer) => writePeFrames(pe, writer, sectionReading(input)),
  }
}

function matchingPdb(source: ByteSource, codeView: CodeViewRecord, problems: Problems): OpenedPdb | undefined {
  const pdb = problems.guard(() => openPdb(source))
  if (pdb === undefined || pdb.info.signature === codeView.signature) return pdb
  problems.add(
    'other_pdb',
    `The PDB that was found is not the one of this file: it is of build ${pdb.info.signature}, the file of ${codeView.signature}.`,
  )
  return undefined
}

function collect(input: DumpInput, pe: PeFile, name: string): void {
  const { source, options, records, problems } = input
  const debug = problems.guard(() => separateDebug(input, pe)) ?? { source, pe }
  const symbols = new PeSymbols(debug, pe, records.names, problems)
  problems.guard(() =>
    dumpDwarf({
      sections: dwarfSections(debug.pe, sectionReading(input)),
      baseAddress: pe.imageBase,
      codeRanges: codeRanges(pe),
      symbolName: (address, preferred) => symbols.nameAt(address - pe.imageBase, preferred),
      symbolsIn: (start, end, found) =>
        symbols.between(start - pe.imageBase, end - pe.imageBase, (rva, size, id) => found(rva + pe.imageBase, size, id)),
      inlines: options.inlines !== false,
      records,
      problems,
    }),
  )
  addPeSymbols(pe, symbols, records, problems, name)
}

/** What MinGW's `objcopy --only-keep-debug` put aside before the program was stripped. */
function separateDebug({ options, records, problems }: DumpInput, pe: PeFile): { source: ByteSource; pe: PeFile } | undefined {
  const section = pe.sections.find(({ name }) => name === '.gnu_debuglink')
  if (section === undefined || pe.sections.some(({ name }) => /^\.z?debug_info$/.test(name))) return undefined
  const link = parseDebugLink(pe.sectionSource(section).read(0, maxLinkBytes), true)
  const source = link && options.companions?.({ kind: 'debuglink', name: link.name, crc: link.crc })
  if (link === undefined || source === undefined) return undefined
  if (checksum(source) !== link.crc) {
    problems.add('wrong_debug_file', `The file ${link.name} has another checksum than the link to it says.`)
    return undefined
  }
  records.allow(source.size)
  const debug = readPe(source, problems)
  return debug && { source, pe: debug }
}

/** MinGW's, and compressed Go's. */
function dwarfSections(pe: PeFile, reading: SectionReading): DwarfSections {
  const named = (wanted: string) => pe.sections.find(({ name }) => name === wanted)
  return {
    littleEndian: true,
    section(name): ByteSource | undefined {
      const section = named(`.debug_${name}`) ?? named(`.zdebug_${name}`)
      return section && openOldSection(section.name, pe.sectionSource(section), reading)
    },
  }
}
