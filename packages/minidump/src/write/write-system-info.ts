import type { CpuInformation, SystemInfo } from '../streams/system-info.ts'
import type { DumpWriter } from './dump-writer.ts'
import type { RecordWriter } from './record.ts'

/** The numbers `cpuRaw` and `osRaw` count, not the names. */
export function writeSystemInfo(out: DumpWriter, system: SystemInfo): Uint8Array {
  const record = out.record(56)
  record.u16(0, system.cpuRaw)
  record.u16(2, system.processorLevel)
  record.u16(4, system.processorRevision)
  record.u8(6, system.processorCount)
  record.u8(7, system.productType)
  record.u32(8, system.major)
  record.u32(12, system.minor)
  record.u32(16, system.build)
  record.u32(20, system.osRaw)
  record.u32(24, out.utf16String(system.csdVersion))
  record.u16(28, system.suiteMask)
  writeCpuInformation(record, system.cpuInformation)
  return record.bytes
}

function writeCpuInformation(record: RecordWriter, information: CpuInformation): void {
  if (information.features !== undefined) {
    information.features.slice(0, 2).forEach((word, i) => {
      record.u64(32 + 8 * i, word)
    })
  } else if (information.vendor !== undefined) {
    const vendor = information.vendor.slice(0, 12)
    for (let i = 0; i < vendor.length; i++) record.u8(32 + i, vendor.charCodeAt(i))
    record.u32(44, information.versionInformation ?? 0)
    record.u32(48, information.featureInformation ?? 0)
    record.u32(52, information.amdExtendedFeatures ?? 0)
  } else {
    record.u32(32, information.armCpuId ?? 0)
    record.u32(36, information.armHwcaps ?? 0)
  }
}
