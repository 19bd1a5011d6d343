/** The manifest in a bundle of sentry-cli: which script each source map is for, and their debug ids. */
import { readFile, stat } from 'node:fs/promises'
import { normalDebugId } from '@crashkeep/symbols/source-map'
import { Type } from 'typebox'
import { Value } from 'typebox/value'

const Manifest = Type.Object({
  files: Type.Record(
    Type.String(),
    Type.Object({
      type: Type.Optional(Type.String()),
      url: Type.Optional(Type.String()),
      headers: Type.Optional(Type.Record(Type.String(), Type.String())),
    }),
  ),
})

/** A few hundred bytes for each file. */
const maxManifestBytes = 8 * 1024 * 1024

export interface BundledMap {
  readonly script: string
  readonly debugId: string | undefined
}

/** By the name in the archive; undefined: the file is no such manifest. */
export async function readBundleManifest(path: string): Promise<ReadonlyMap<string, BundledMap> | undefined> {
  if ((await stat(path)).size > maxManifestBytes) return undefined
  const manifest: unknown = parse(await readFile(path, 'utf8'))
  if (!Value.Check(Manifest, manifest)) return undefined
  const files = Object.entries(manifest.files)
  const scripts = new Map<string, string>()
  for (const [, { url = '', headers = {} }] of files) {
    const reference = header(headers, 'sourcemap')
    if (reference !== undefined) scripts.set(resolved(url, reference), url)
  }
  return new Map(
    files
      .filter(([, { type }]) => type === 'source_map')
      .map(([name, { url = name, headers = {} }]) => {
        const debugId = normalDebugId(header(headers, 'debug-id') ?? '')
        return [name, { script: scriptOfUrl(scripts.get(url) ?? url), debugId }]
      }),
  )
}

/** `~/assets/app.js.map`: `~` stands for any host. */
export function scriptOfUrl(url: string): string {
  return url.replace(/^(?:~|https?:\/\/[^/]*)\//, '').replace(/\.map(?:\?.*)?$/i, '')
}

function header(headers: Readonly<Record<string, string>>, name: string): string | undefined {
  return Object.entries(headers).find(([each]) => each.toLowerCase() === name)?.[1]
}

/** A reference is relative to its script's address, whose host may be `~`. */
function resolved(url: string, reference: string): string {
  const base = url.startsWith('~/') ? `https://any.invalid/${url.slice(2)}` : url
  try {
    return new URL(reference, base).href.replace(/^https:\/\/any\.invalid\//, '~/')
  } catch {
    return reference
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
