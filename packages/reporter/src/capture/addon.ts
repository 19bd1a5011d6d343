import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'

/** What capture/addon.c exports. */
export interface Addon {
  start(options: AddonOptions): void
  /** JSON of an object of strings. */
  setAnnotations(bytes: Buffer): void
  /** Captures the process while it goes on; `death` as the annotations. False when nothing could be written. */
  capture(kind: number, death: Buffer): boolean
  /** A write to address 0. */
  crash(): void
}

export interface AddonOptions {
  readonly folder: string
  readonly settings: Buffer
  readonly annotations: Buffer
  /** Program and arguments; without them the next start does the handler's work. */
  readonly handlerArguments?: readonly string[]
  readonly handlerEnvironment: readonly string[]
  readonly hasEnvironment: boolean
}

/** Either the addon, or a sentence why there is none. Never throws. */
export function loadAddon(): { readonly addon: Addon } | { readonly whyNot: string } {
  const system = `${process.platform}-${process.arch}`
  if (process.platform !== 'linux' || (process.arch !== 'x64' && process.arch !== 'arm64')) {
    return { whyNot: `Native crashes are not captured on ${system}: there is no native capture for it.` }
  }
  const path = fileURLToPath(new URL(`../../prebuilt/${system}/capture.node`, import.meta.url))
  try {
    const addon: unknown = createRequire(import.meta.url)(path)
    if (isAddon(addon)) return { addon }
    return { whyNot: `Native crashes are not captured: ${path} is of another version.` }
  } catch (error) {
    return { whyNot: `Native crashes are not captured: ${error instanceof Error ? error.message : String(error)}` }
  }
}

function isAddon(value: unknown): value is Addon {
  if (typeof value !== 'object' || value === null) return false
  return ['start', 'setAnnotations', 'capture', 'crash'].every((name) => typeof Reflect.get(value, name) === 'function')
}
