import { renameSync, writeFileSync } from 'node:fs'
import { uptime } from 'node:os'
import { join } from 'node:path'
import { buildRawCapture } from '../raw-capture/build-raw-capture.ts'
import { architecture, captureKind, recordType } from '../raw-capture/record-types.ts'

export interface DeathTexts {
  readonly settings: Buffer
  readonly annotations: Buffer
  readonly death: Buffer
}

/** A capture without registers and memory, by JavaScript alone: where there is no native code of ours. */
export function writeCapture(folder: string, { settings, annotations, death }: DeathTexts): void {
  const time = BigInt(Date.now()) * 1_000_000n
  const bytes = buildRawCapture(process.arch === 'arm64' ? architecture.arm64 : architecture.amd64)
    .process({
      pid: process.pid,
      crashedThread: process.pid,
      signal: 0,
      kind: captureKind.exception,
      time,
      uptime: BigInt(Math.floor(uptime())) * 1_000_000_000n,
    })
    .memory(recordType.settings, 0n, settings)
    .memory(recordType.annotations, 0n, annotations)
    .memory(recordType.death, 0n, death)
    .text(recordType.program, process.execPath)
    .end()
  const path = join(folder, `${time}-${process.pid}`)
  writeFileSync(`${path}.part`, bytes, { mode: 0o600 })
  renameSync(`${path}.part`, `${path}.capture`)
}
