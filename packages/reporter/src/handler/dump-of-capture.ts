import {
  type AnnotationObject,
  type CrashpadInfo,
  type DumpContents,
  type ExceptionContents,
  type LinuxStreams,
  type MiscInfo,
  type ModuleContents,
  parseLinuxMaps,
  type ThreadContents,
  writeMinidump,
} from '@crashkeep/minidump'
import type { CapturedThread, RawCapture } from '../raw-capture/raw-capture.ts'
import { architecture, captureKind } from '../raw-capture/record-types.ts'
import { parseSettings, parseTexts } from './capture-settings.ts'
import { contextRecord, instructionPointer } from './context-record.ts'
import { memoryImage, withoutOverlap } from './memory-image.ts'
import { memoryRegions } from './memory-regions.ts'
import { moduleList } from './module-list.ts'
import { processTimes } from './process-times.ts'
import { readSignalInfo } from './signal-info.ts'
import { type SystemFacts, systemInfo } from './system-facts.ts'

/** MD_EXCEPTION_CODE_LIN_DUMP_REQUESTED: nobody crashed, somebody asked. */
const dumpRequested = 0xffffffff
const stringAnnotation = 1
const reporterVersion = '0.1.0'
/** MINIDUMP_MISC1_PROCESS_ID, _PROCESS_TIMES, MISC4_BUILDSTRING */
const miscInfoFlags = 0x103

/** The minidump that a raw capture becomes. */
export function dumpOfCapture(capture: RawCapture, reportId: string, facts: SystemFacts): Uint8Array<ArrayBuffer> {
  return writeMinidump(dumpContents(capture, reportId, facts))
}

export function dumpContents(capture: RawCapture, reportId: string, facts: SystemFacts): DumpContents {
  const mappings = parseLinuxMaps(decode(capture.maps))
  const modules = moduleList(mappings, memoryImage(capture.images), decode(capture.program).replace(/ \(deleted\)$/, ''))
  const stacks = capture.threads.flatMap(({ stack }) => (stack === undefined ? [] : [stack]))
  const byAddress = [...modules].sort((a, b) => (a.baseAddress < b.baseAddress ? -1 : 1))
  return {
    timestamp: Number(capture.process.time / 1_000_000_000n),
    systemInfo: systemInfo(facts, capture.architecture),
    miscInfo: miscInfo(capture, facts),
    threads: capture.threads.map((thread) => threadContents(capture, thread)),
    exception: exceptionContents(capture),
    modules,
    memory: withoutOverlap(stacks, capture.memory),
    memoryInfo: memoryRegions(mappings, byAddress),
    linux: linuxStreams(capture, facts),
    crashpad: crashpadInfo(capture, reportId, modules),
    ...(capture.problems.length > 0 && { softErrors: JSON.stringify(capture.problems) }),
  }
}

function threadContents(capture: RawCapture, { id, name, registers, floats, stack }: CapturedThread): ThreadContents {
  return {
    id,
    ...(name !== '' && { name }),
    ...(stack !== undefined && { stack }),
    ...(registers !== undefined && { context: { bytes: contextRecord(capture.architecture, registers, floats), registers: {} } }),
  }
}

function exceptionContents(capture: RawCapture): ExceptionContents {
  const { crashedThread } = capture.process
  const thread = capture.threads.find(({ id }) => id === crashedThread)
  const context = thread === undefined ? undefined : threadContents(capture, thread).context
  const signal = capture.signalInfo === undefined ? undefined : readSignalInfo(capture.signalInfo)
  const address = thread?.registers === undefined ? 0n : instructionPointer(capture.architecture, thread.registers)
  return {
    threadId: crashedThread,
    ...(signal === undefined
      ? { code: capture.process.kind === captureKind.signal ? capture.process.signal : dumpRequested, address }
      : { code: signal.signal, flags: signal.code >>> 0, address: signal.address, parameters: signal.parameters }),
    ...(context !== undefined && { context }),
  }
}

function miscInfo(capture: RawCapture, facts: SystemFacts): MiscInfo {
  const cpu = capture.architecture === architecture.arm64 ? 'arm64' : 'amd64'
  return {
    flags: miscInfoFlags,
    processId: capture.process.pid,
    ...processTimes(decode(capture.stat), capture.process),
    buildString: `${facts.platform === 'linux' ? 'Linux' : facts.platform} ${facts.release} ${facts.version} ${facts.machine}`,
    debugBuildString: `crashkeep.${cpu},${reporterVersion},${facts.platform}`,
  }
}

function linuxStreams(capture: RawCapture, facts: SystemFacts): LinuxStreams {
  const texts: [keyof LinuxStreams, string][] = [
    ['cpuInfo', facts.cpuInfo],
    ['procStatus', decode(capture.status)],
    ['lsbRelease', facts.lsbRelease],
    ['cmdLine', decode(capture.commandLine)],
    ['environ', decode(capture.environment)],
    ['maps', decode(capture.maps)],
    ['limits', decode(capture.limits)],
  ]
  const auxv = auxvEntries(capture.auxv)
  return { ...Object.fromEntries(texts.filter(([, text]) => text !== '')), ...(auxv.length > 0 && { auxv }) }
}

function auxvEntries(bytes: Uint8Array): { key: bigint; value: bigint }[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const entries: { key: bigint; value: bigint }[] = []
  for (let at = 0; at + 16 <= bytes.length; at += 16) {
    const key = view.getBigUint64(at, true)
    if (key === 0n) break
    entries.push({ key, value: view.getBigUint64(at + 8, true) })
  }
  return entries
}

/** What the program said about itself stands at the main module, as with Crashpad; what JavaScript said about its death stands there too. */
function crashpadInfo(capture: RawCapture, reportId: string, modules: readonly ModuleContents[]): CrashpadInfo {
  const settings = parseSettings(capture.settings)
  const said = [parseTexts(capture.annotations), parseTexts(capture.threadAnnotations), parseTexts(capture.death), capture.notes]
  const texts = [...new Map(said.flatMap((map) => [...map]))]
  const objects = texts.map(
    ([name, text]): AnnotationObject => ({ name, type: stringAnnotation, value: new TextEncoder().encode(text), text }),
  )
  return {
    version: 1,
    reportId,
    clientId: settings.clientId,
    annotations: modules.length > 0 ? settings.processAnnotations : new Map([...settings.processAnnotations, ...texts]),
    modules:
      modules.length > 0 && objects.length > 0
        ? [{ moduleIndex: 0, listAnnotations: [], simpleAnnotations: new Map(), annotationObjects: objects }]
        : [],
  }
}

function decode(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes)
}
