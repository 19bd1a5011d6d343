import { packageFile } from '../package-file.ts'

/** What capture/addon.c exports. */
export interface Addon {
  /** True in the first thread of the process, which may start again; the others have annotations of their own. */
  start(options: AddonOptions): boolean
  /** JSON of an object of strings. */
  setAnnotations(bytes: Buffer): void
  /** Captures the process while it goes on; `death` as the annotations. False when nothing could be written. */
  capture(kind: number, death: Buffer): boolean
  /** A write to address 0. */
  crash(): void
  /** The event loop has come around; while a debugger is attached no hang is seen. */
  beat(isPaused: boolean): void
}

export interface AddonOptions {
  readonly folder: string
  readonly settings: Buffer
  readonly annotations: Buffer
  /** Program and arguments; without them the next start does the handler's work. */
  readonly handlerArguments?: readonly string[]
  readonly handlerEnvironment: readonly string[]
  readonly hasEnvironment: boolean
  /** Whether a process that shares memory with one that dumps core lives on: Linux 5.16 and newer. */
  readonly mayOutlive: boolean
  /** The JavaScript stack is taken when the heap is nearly full. */
  readonly watchesHeapLimit: boolean
  readonly hangTimeoutMs?: number
  /** The JavaScript stack as text; called between two steps of JavaScript. */
  readonly stackOf: () => string
}

type Loaded = { readonly addon: Addon } | { readonly whyNot: string }

let known: Loaded | undefined

/** Either the addon, or a sentence why there is none. Never throws. */
export function loadAddon(): Loaded {
  known ??= load()
  return known
}

function load(): Loaded {
  const system = `${process.platform}-${process.arch}`
  if (process.platform !== 'linux' || (process.arch !== 'x64' && process.arch !== 'arm64')) {
    return { whyNot: `Native crashes are not captured on ${system}: there is no native capture for it.` }
  }
  try {
    const path = packageFile(`../prebuilt/${system}/capture.node`)
    // By hand: `require` would do the same, and costs 40 KB more.
    const module = { exports: {} }
    process.dlopen(module, path)
    const addon: unknown = module.exports
    if (isAddon(addon)) return { addon }
    return { whyNot: `Native crashes are not captured: ${path} is of another version.` }
  } catch (error) {
    return { whyNot: `Native crashes are not captured: ${error instanceof Error ? error.message : String(error)}` }
  }
}

function isAddon(value: unknown): value is Addon {
  if (typeof value !== 'object' || value === null) return false
  return ['start', 'setAnnotations', 'capture', 'crash', 'beat'].every((name) => typeof Reflect.get(value, name) === 'function')
}
