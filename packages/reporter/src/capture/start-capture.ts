import { readFileSync } from 'node:fs'
import { release } from 'node:os'
import { makeCapturesFolder, waitingCaptures } from '../handler/captures-folder.ts'
import { sendHeartbeats } from '../hang/send-heartbeats.ts'
import { inheritedVariable, readInherited } from '../inherited-settings.ts'
import { currentStack } from '../javascript-death/current-stack.ts'
import { watchExceptions } from '../javascript-death/watch-exceptions.ts'
import { writeCapture } from '../javascript-death/write-capture.ts'
import { captureKind } from '../raw-capture/record-types.ts'
import type { Capture, CaptureSettings } from '../seams.ts'
import { isMainThread } from '../this-thread.ts'
import { deliveryEnvironment } from '../upload/delivery-environment.ts'
import { type Addon, loadAddon } from './addon.ts'
import { handlerCommand, runHandler } from './handler-command.ts'

const annotations = new Map<string, string>()
let hasTold = false
let reportDeath: ((death: ReadonlyMap<string, string>) => void) | undefined
let watchesHangs = false

/** See `StartCapture` in seams.ts. */
export function startCapture(settings: CaptureSettings): Capture {
  annotations.clear()
  for (const [name, value] of Object.entries(settings.annotations)) annotations.set(name, value)
  const loaded = loadAddon()
  if ('whyNot' in loaded) return withoutAddon(loaded.whyNot, settings)
  try {
    return install(loaded.addon, settings)
  } catch (error) {
    return withoutAddon(`Native crashes are not captured: ${error instanceof Error ? error.message : String(error)}`, settings)
  }
}

/** What ends a program in JavaScript can be told without native code. */
function withoutAddon(whyNot: string, settings: CaptureSettings): Capture {
  tellOnce(whyNot)
  const report = (death: ReadonlyMap<string, string>): void => {
    writeCapture(makeCapturesFolder(settings.databaseFolder), {
      settings: settingsBytes(settings),
      annotations: bytesOf(annotations),
      death: bytesOf(death),
    })
    const command = handlerCommand(settings.databaseFolder)
    if (command !== undefined) runHandler(command, deliveryEnvironment())
  }
  watch(report)
  return { isNative: false, whyNot, setAnnotation }
}

function setAnnotation(name: string, value: string | undefined): void {
  if (value === undefined) annotations.delete(name)
  else annotations.set(name, value)
}

function settingsBytes({ clientId, processAnnotations, delivery }: CaptureSettings): Buffer {
  return Buffer.from(JSON.stringify({ clientId, processAnnotations, delivery }))
}

/** Said by the first process that starts; its threads and children would only repeat it. */
function tellOnce(whyNot: string): void {
  const isInherited = readInherited(process.env[inheritedVariable]).settings !== undefined
  if (!hasTold && isMainThread && !isInherited) process.emitWarning(whyNot, 'crashReporter')
  hasTold = true
}

function install(addon: Addon, settings: CaptureSettings): Capture {
  const folder = makeCapturesFolder(settings.databaseFolder)
  const command = handlerCommand(settings.databaseFolder)
  const environment = deliveryEnvironment()
  const hangTimeoutMs = isMainThread ? settings.hangTimeoutMs : undefined
  const speaksForProcess = addon.start({
    folder,
    settings: settingsBytes(settings),
    annotations: bytesOf(annotations),
    ...(command !== undefined && { handlerArguments: command }),
    handlerEnvironment: Object.entries(environment).map(([name, value]) => `${name}=${value}`),
    hasEnvironment: settings.includeEnvironment === true,
    mayOutlive: isKernelAtLeast(5, 16),
    watchesHeapLimit: isMainThread && !usesHeapLimit(),
    ...(hangTimeoutMs !== undefined && { hangTimeoutMs }),
    stackOf: currentStack,
  })
  if (!speaksForProcess) addon.setAnnotations(bytesOf(annotations))
  watch((death) => addon.capture(captureKind.exception, bytesOf(death)), addon, speaksForProcess ? hangTimeoutMs : undefined)
  // What an earlier process left: no handler could start then, or the machine went down.
  if (waitingCaptures(folder, Date.now()).length > 0) {
    if (command !== undefined) runHandler(command, environment)
    else void handleHere(settings.databaseFolder)
  }
  return {
    isNative: true,
    setAnnotation(name, value) {
      setAnnotation(name, value)
      addon.setAnnotations(bytesOf(annotations))
    },
  }
}

/** By the second start on, deaths are told as it says. */
function watch(report: (death: ReadonlyMap<string, string>) => void, addon?: Addon, hangTimeoutMs?: number): void {
  // An exception that nobody catches in a worker is an event of its owner.
  if (isMainThread && reportDeath === undefined) watchExceptions((death) => reportDeath?.(death))
  reportDeath = report
  if (addon === undefined || hangTimeoutMs === undefined || watchesHangs) return
  sendHeartbeats(hangTimeoutMs, addon.beat)
  watchesHangs = true
}

/** In a program that cannot start another: after what it does now, and only when there is something to do. */
async function handleHere(databaseFolder: string): Promise<void> {
  try {
    const [{ handleCaptures }, { addReport }] = await Promise.all([
      import('../handler/handle-captures.ts'),
      import('../database/add-report.ts'),
    ])
    const handled = await handleCaptures(databaseFolder, addReport)
    if (handled === undefined) return
    // The start has looked already, perhaps before the reports were there.
    const { deliver } = await import('../upload/deliver.ts')
    await deliver(databaseFolder, handled.delivery, { lingerMs: 0 })
  } catch {
    // A bundle without these files: the captures wait for a program that has them.
  }
}

function bytesOf(texts: ReadonlyMap<string, string>): Buffer {
  return Buffer.from(JSON.stringify(Object.fromEntries(texts)))
}

function isKernelAtLeast(major: number, minor: number): boolean {
  const [, first = '0', second = '0'] = /^(\d+)\.(\d+)/.exec(kernelRelease()) ?? []
  return Number(first) > major || (Number(first) === major && Number(second) >= minor)
}

/** As `release()` of `node:os` says, without loading it. */
function kernelRelease(): string {
  try {
    return readFileSync('/proc/sys/kernel/osrelease', 'latin1')
  } catch {
    return release()
  }
}

/** Node takes heap snapshots by the same means; whoever asked for them gets them. */
function usesHeapLimit(): boolean {
  return [...process.execArgv, process.env.NODE_OPTIONS ?? ''].some((option) => option.includes('heapsnapshot-near-heap-limit'))
}
