/** The servers that a project's settings name, in their order. */
import { createHash } from 'node:crypto'
import { type Static, Type } from 'typebox'
import { electronNamed } from './electron-names.ts'
import { type Layout, type NamedModule, type Places, placesOf } from './layouts.ts'
import { sourceLimits } from './limits.ts'
import { defaultPresets, PresetName, presetOf } from './presets.ts'

const LayoutName = Type.Union([
  Type.Literal('breakpad'),
  Type.Literal('microsoft'),
  Type.Literal('microsoft-two-tier'),
  Type.Literal('debuginfod'),
  Type.Literal('ssqp'),
])

const Server = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 100 }),
    url: Type.String({ pattern: '^https?://[^?#@\\s]{1,500}$', description: 'Without user, query and fragment' }),
    layout: LayoutName,
    allowPrivate: Type.Boolean({ description: 'May lie in a private network; otherwise such an address is refused' }),
    renamedElectron: Type.Optional(
      Type.Boolean({ description: "Programs made of Electron are looked for under Electron's names, too: it serves a build of Electron" }),
    ),
  },
  { additionalProperties: false },
)

export const SymbolSources = Type.Object(
  {
    enabled: Type.Boolean({ description: 'false: nobody is asked, whatever stands in the list' }),
    list: Type.Array(Type.Union([Type.Object({ preset: PresetName }, { additionalProperties: false }), Server]), {
      maxItems: sourceLimits.maxSources,
      description: "Asked in this order after the server's own store, until one has the file",
    }),
  },
  { additionalProperties: false },
)
export type SymbolSources = Static<typeof SymbolSources>

/** Off: a server asks nobody unless a person wants it. */
export const defaultSources: SymbolSources = { enabled: false, list: defaultPresets.map((preset) => ({ preset })) }

export interface SymbolSource {
  /** Equal for equal places, whatever project they are of: what one found, others need not ask for. */
  readonly key: string
  readonly title: string
  /** Ends with a slash. */
  readonly url: URL
  readonly layouts: readonly Layout[]
  readonly allowPrivate: boolean
  readonly names?: RegExp
  readonly electron?: true
}

/** None while they are switched off. */
export function sourcesOf({ enabled, list }: SymbolSources): SymbolSource[] {
  if (!enabled) return []
  return list.flatMap((entry): SymbolSource[] => {
    if ('preset' in entry) {
      const { url, ...preset } = presetOf(entry.preset)
      return [{ ...preset, key: entry.preset, url: new URL(url), allowPrivate: false }]
    }
    const address = entry.url.endsWith('/') ? entry.url : `${entry.url}/`
    if (!URL.canParse(address)) return []
    const { layout, allowPrivate, renamedElectron = false } = entry
    const key = createHash('sha256').update(`${layout} ${allowPrivate} ${renamedElectron} ${address}`).digest('hex').slice(0, 24)
    return [
      {
        key: `server:${key}`,
        title: entry.name,
        url: new URL(address),
        layouts: [layout],
        allowPrivate,
        ...(renamedElectron ? { electron: true } : {}),
      },
    ]
  })
}

/** Under each name that the source may know the module by; empty: it cannot have it and is not asked. */
export function placesAt(source: SymbolSource, module: NamedModule): Places[] {
  const renamed = source.electron === true ? electronNamed(module) : undefined
  const known = source.names?.test(module.debugFile.replace(/^.*[/\\]/, '')) ?? true
  return [...(known ? [module] : []), ...(renamed === undefined ? [] : [renamed])].flatMap((named) =>
    source.layouts.map((layout) => placesOf(layout, named)).filter(({ sym, debug, code }) => sym.length + debug.length + code.length > 0),
  )
}
