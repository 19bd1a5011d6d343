/** What a process tells its children: one variable of the environment, JSON. */

import { maxInheritedBytes } from './limits.ts'
import type { StartSettings } from './start-options.ts'
import { checkRetention } from './upload/delivery-settings.ts'

export const inheritedVariable = 'CRASHKEEP_REPORTER'

export interface Inherited extends StartSettings {
  readonly crashesDirectory: string
}

/** Tells children nothing but that they are children, as long as the parent has not started. */
export function markChildren(): void {
  process.env[inheritedVariable] ??= '{}'
}

/** Settings that are too long for an environment would keep every child from starting: then they are not passed on. */
export function tellChildren(settings: Inherited): void {
  const text = JSON.stringify(settings)
  process.env[inheritedVariable] = Buffer.byteLength(text) > maxInheritedBytes ? '{}' : text
}

/** `child`: started by a process that has the reporter; `settings`: and that reports. */
export function readInherited(text: string | undefined): { readonly child: boolean; readonly settings?: Inherited } {
  if (text === undefined) return { child: false }
  try {
    const settings = checked(JSON.parse(text))
    return settings === undefined ? { child: true } : { child: true, settings }
  } catch {
    return { child: true }
  }
}

function checked(value: unknown): Inherited | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const field = (name: keyof Inherited): unknown => Reflect.get(value, name)
  const [crashesDirectory, submitURL, globalExtra, hangTimeoutMs] = [
    field('crashesDirectory'),
    field('submitURL'),
    field('globalExtra'),
    field('hangTimeoutMs'),
  ]
  if (typeof crashesDirectory !== 'string' || typeof submitURL !== 'string') return undefined
  return {
    crashesDirectory,
    submitURL,
    uploadToServer: field('uploadToServer') === true,
    rateLimit: field('rateLimit') === true,
    compress: field('compress') !== false,
    globalExtra: Object.fromEntries(Object.entries(globalExtra ?? {}).filter(([, text]) => typeof text === 'string')),
    retention: checkRetention(field('retention')),
    ...(typeof hangTimeoutMs === 'number' && { hangTimeoutMs }),
    ...(field('includeEnvironment') === true && { includeEnvironment: true }),
  }
}
