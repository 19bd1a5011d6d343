/** What the reported process wrote into its capture. It comes from a process that was dying, so every part is checked. */
export interface CapturedSettings {
  readonly clientId: string
  readonly processAnnotations: ReadonlyMap<string, string>
  readonly delivery: unknown
}

const noId = '00000000-0000-0000-0000-000000000000'
const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

export function parseSettings(bytes: Uint8Array): CapturedSettings {
  const value = parseObject(bytes)
  const { clientId, processAnnotations, delivery } = value
  return {
    clientId: typeof clientId === 'string' && uuid.test(clientId) ? clientId : noId,
    processAnnotations: textsOf(processAnnotations),
    delivery,
  }
}

export function parseTexts(bytes: Uint8Array): Map<string, string> {
  return textsOf(parseObject(bytes))
}

function textsOf(value: unknown): Map<string, string> {
  if (typeof value !== 'object' || value === null) return new Map()
  return new Map(Object.entries(value).flatMap(([key, text]) => (typeof text === 'string' ? [[key, text] as const] : [])))
}

function parseObject(bytes: Uint8Array): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(bytes))
    return typeof value === 'object' && value !== null ? { ...value } : {}
  } catch {
    // Torn by the crash: the dump goes without.
    return {}
  }
}
