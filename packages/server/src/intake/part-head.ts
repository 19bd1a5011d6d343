/** The head of one part of a form: its name, file name and type, as browsers, crash handlers and old programs write them. */
export interface PartHead {
  /** undefined: the part says none. */
  readonly name: string | undefined
  readonly fileName: string | undefined
  /** Lower case, without parameters. */
  readonly contentType: string | undefined
  readonly charset: string | undefined
}

export function readPartHead(bytes: Uint8Array, maxLines: number): PartHead {
  const lines = unfolded(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8')).slice(0, maxLines)
  const disposition = parametersOf(headerOf(lines, 'content-disposition'))
  const type = parametersOf(headerOf(lines, 'content-type'))
  // Other dispositions than form-data are of mails.
  const isFormData = disposition.first?.toLowerCase() === 'form-data'
  return {
    name: isFormData ? disposition.parameters.get('name') : undefined,
    fileName: isFormData ? disposition.parameters.get('filename') : undefined,
    contentType: type.first === undefined || type.first === '' ? undefined : type.first.toLowerCase(),
    charset: type.parameters.get('charset'),
  }
}

/** A line that begins with a blank goes on with the one before. */
function unfolded(text: string): string[] {
  const lines: string[] = []
  for (const line of text.split(/\r?\n/)) {
    if (/^[ \t]/.test(line) && lines.length > 0) lines.push(`${lines.pop()}${line}`)
    else lines.push(line)
  }
  return lines
}

function headerOf(lines: readonly string[], name: string): string {
  const line = lines.find(
    (each) => each.length > name.length && each[name.length] === ':' && each.slice(0, name.length).toLowerCase() === name,
  )
  return line?.slice(name.length + 1).trim() ?? ''
}

/**
 * `form-data; name="a b"; filename="C:\dir\x.dmp"`. In quotes `\"` is a quote and `\\` a backslash; before anything else a backslash is itself,
 * because Windows programs send whole paths. `filename*=UTF-8''a%20b` counts before the plain one.
 */
function parametersOf(text: string): { readonly first: string | undefined; readonly parameters: ReadonlyMap<string, string> } {
  const pieces = splitAtSemicolons(text)
  const parameters = new Map<string, string>()
  const extended = new Map<string, string>()
  for (const piece of pieces.slice(1)) {
    const equals = piece.indexOf('=')
    if (equals < 1) continue
    const name = piece.slice(0, equals).trim().toLowerCase()
    const value = piece.slice(equals + 1)
    const decoded = name.endsWith('*') ? decodeExtended(value.trim()) : undefined
    if (decoded !== undefined) extended.set(name.slice(0, -1), decoded)
    else if (!parameters.has(name)) parameters.set(name, value)
  }
  return { first: pieces[0]?.trim(), parameters: new Map([...parameters, ...extended]) }
}

/** Without the quotes, their escapes resolved. */
function splitAtSemicolons(text: string): string[] {
  const pieces: string[] = []
  let piece = ''
  let quoted = false
  for (let i = 0; i < text.length; i += 1) {
    const character = text.charAt(i)
    const next = text.charAt(i + 1)
    if (quoted && character === '\\' && (next === '"' || next === '\\')) {
      piece += next
      i += 1
    } else if (character === '"') quoted = !quoted
    else if (character === ';' && !quoted) {
      pieces.push(piece)
      piece = ''
    } else if (quoted || piece !== '' || character !== ' ') piece += character
  }
  return [...pieces, piece]
}

/** RFC 5987; undefined for what is none. */
function decodeExtended(value: string): string | undefined {
  const [, charset, encoded] = /^([\w-]+)'[^']*'(.*)$/.exec(value) ?? []
  if (charset === undefined || encoded === undefined) return undefined
  const bytes = Buffer.from(
    encoded.replaceAll(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
    'latin1',
  )
  return decodeText(bytes, charset)
}

/** In the charset that the sender names, UTF-8 where it names none or one that nobody knows. */
export function decodeText(bytes: Uint8Array, charset: string | undefined): string {
  if (charset !== undefined && !/^utf-?8$/i.test(charset)) {
    try {
      return new TextDecoder(charset).decode(bytes)
    } catch {
      // Not a charset.
    }
  }
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8')
}
