import { type LinuxMapping, leafName, type ModuleContents, type VersionInfo } from '@crashkeep/minidump'
import { type ElfImage, readElfImage } from './elf-image.ts'
import type { MemoryImage } from './memory-image.ts'

const deleted = / \(deleted\)$/

/**
 * One module for each ELF image in memory, however many mappings it has, the program first. The leaf of the name is the soname, as dump_syms and the
 * other writers for Linux have it, so that symbols are found.
 */
export function moduleList(mappings: readonly LinuxMapping[], images: MemoryImage, program: string): ModuleContents[] {
  const modules: ModuleContents[] = []
  let end = 0n
  for (const mapping of mappings) {
    if (mapping.fileOffset !== 0n || mapping.startAddress < end || mapping.name === '') continue
    const image = readElfImage(images, mapping.startAddress)
    if (image === undefined) continue
    end = mapping.startAddress + BigInt(image.size)
    modules.push(moduleOf(mapping, image, program))
  }
  const isProgram = ({ name }: ModuleContents): boolean => name === program
  return [...modules.filter(isProgram), ...modules.filter((module) => !isProgram(module))]
}

function moduleOf(mapping: LinuxMapping, image: ElfImage, program: string): ModuleContents {
  const path = mapping.name.replace(deleted, '')
  const version = versionOf(leafName(path))
  return {
    baseAddress: mapping.startAddress,
    size: image.size,
    name: path === program ? path : withSoname(path, image.soname),
    ...(version !== undefined && { versionInfo: version }),
    ...(image.buildId !== undefined && { codeView: { kind: 'elf', buildId: image.buildId } }),
  }
}

function withSoname(path: string, soname: string | undefined): string {
  if (soname === undefined || soname.includes('/')) return path
  return path.startsWith('/') ? path.slice(0, path.lastIndexOf('/') + 1) + soname : soname
}

/** The version is what follows `.so` in the name of the file: libstdc++.so.6.0.30. */
export function versionOf(fileName: string): VersionInfo | undefined {
  const match = /\.so\.(\d{1,9})(?:\.(\d{1,9}))?(?:\.(\d{1,9}))?(?:\.(\d{1,9}))?$/.exec(fileName)
  if (match === null) return undefined
  const [major = 0, minor = 0, patch = 0, fourth = 0] = match.slice(1).map((digits) => Number(digits ?? 0))
  return {
    valid: true,
    fileVersionHigh: major,
    fileVersionLow: minor,
    productVersionHigh: patch,
    productVersionLow: fourth,
    fileFlagsMask: 0,
    fileFlags: 0,
    fileOs: 0,
    fileType: 0,
    fileSubtype: 0,
    fileDateHigh: 0,
    fileDateLow: 0,
  }
}
