import type { OriginalPosition, SourceExcerpt, SourceMap } from './open-source-map.ts'

export interface ScriptFrame {
  readonly function: string | null
  readonly url: string | null
  readonly line: number | null
  readonly column: number | null
}

export interface OriginalFrame {
  readonly function: string | null
  readonly source: string
  readonly line: number
  readonly column: number
  readonly ignored: boolean
  readonly excerpt: SourceExcerpt | undefined
}

/** Lines shown before and after the one that a frame is in. */
const linesAround = 2

/**
 * The frames as they were written, innermost first; undefined where no map tells. A map knows positions and renamed identifiers, but no
 * functions: what a function was called stands where it was called, which is the position of the next frame.
 */
export function originalFrames(
  frames: readonly ScriptFrame[],
  mapOf: (frame: ScriptFrame) => SourceMap | undefined,
): (OriginalFrame | undefined)[] {
  const found = frames.map((frame) => {
    const map = mapOf(frame)
    const { line, column } = frame
    const position = map === undefined || line === null || column === null ? undefined : map.lookup({ line, column })
    return map === undefined || position === undefined ? undefined : { map, position }
  })
  return frames.map((frame, index) => {
    const here = found[index]
    if (here === undefined) return undefined
    const { map, position } = here
    const { source, line, column, ignored } = position
    const name = originalName(frame.function, found[index + 1]?.position)
    return { function: name, source, line, column, ignored, excerpt: map.excerpt(source, line, linesAround) }
  })
}

/** `Object.t` was called where `total` was written: the receiver stays, unless it is an abbreviation too. */
function originalName(given: string | null, caller: OriginalPosition | undefined): string | null {
  if (given === null || caller?.name === undefined) return given
  const dot = given.lastIndexOf('.')
  const receiver = given.slice(0, dot + 1)
  return looksRenamed(given.slice(dot + 1)) ? `${looksRenamed(receiver.slice(0, -1)) ? '' : receiver}${caller.name}` : given
}

/** Minifiers give names of one to three characters. */
function looksRenamed(name: string): boolean {
  return /^#?[\w$]{1,3}$/.test(name)
}
