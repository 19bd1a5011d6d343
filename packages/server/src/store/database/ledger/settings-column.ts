import { Value } from 'typebox/value'
import { defaultSettings, mergedSettings, type ProjectSettings, ProjectUpdate } from '../../../api/project-settings.ts'

const Stored = ProjectUpdate.properties.settings

/** A setting that this version does not understand counts as not made; the others hold. */
export function readSettings(column: string): ProjectSettings {
  const stored: unknown = parse(column)
  if (Value.Check(Stored, stored)) return mergedSettings(defaultSettings, stored)
  if (typeof stored !== 'object' || stored === null) return defaultSettings
  const settings: unknown = Object.fromEntries(
    Object.entries(stored).flatMap(([name, value]) => {
      if (name === 'privacy' && typeof value === 'object' && value !== null) return [[name, readablePrivacy(value)]]
      return Value.Check(Stored, { [name]: value }) ? [[name, value]] : []
    }),
  )
  return Value.Check(Stored, settings) ? mergedSettings(defaultSettings, settings) : defaultSettings
}

function readablePrivacy(privacy: object): object {
  return Object.fromEntries(Object.entries(privacy).filter(([name, value]) => Value.Check(Stored, { privacy: { [name]: value } })))
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
