import type { ProcessedBrowserCrash } from '@crashkeep/server/api-types'
import type { JSX } from 'preact'
import { FunctionText } from './stack-view.tsx'

type ScriptFrame = ProcessedBrowserCrash['stack'][number]

/** A stack of scripts in the same columns as a native one: the place that people wrote, where a source map tells it. */
export function ScriptStack({ frames }: { readonly frames: readonly ScriptFrame[] }): JSX.Element {
  const first = frames.findIndex((frame) => isOwnScript(frame) && excerptOf(frame) !== undefined)
  return (
    <ol class="stack" aria-label="Frames, innermost first">
      {frames.map((frame, at) => (
        <li key={at} class={`frame frame-${isOwnScript(frame) ? 'own' : 'system'}`}>
          {excerptOf(frame) === undefined ? (
            <FrameLine frame={frame} number={at} />
          ) : (
            <details class="frame-with-source" open={at === first}>
              <summary>
                <FrameLine frame={frame} number={at} />
              </summary>
              <Excerpt frame={frame} />
            </details>
          )}
        </li>
      ))}
    </ol>
  )
}

function FrameLine({ frame, number }: { readonly frame: ScriptFrame; readonly number: number }): JSX.Element {
  const name = frame.original?.function ?? frame.function
  return (
    <div class="frame-line">
      <span class="frame-number">{number}</span>
      <span class="frame-code">{name === null ? <span class="function-rest">(anonymous)</span> : <FunctionText text={name} />}</span>
      <span class="frame-source" title={frame.url === null ? frame.raw : placeOf(frame.url, frame.line, frame.column)}>
        {scriptPosition(frame)}
      </span>
      <span class="frame-module">{frame.original === null ? null : deliveredName(frame.url)}</span>
      <span class="frame-trust" />
    </div>
  )
}

function Excerpt({ frame: { original } }: { readonly frame: ScriptFrame }): JSX.Element | null {
  if (original === null || original.excerpt === null) return null
  const { firstLine, lines } = original.excerpt
  return (
    <pre class="source-lines">
      {lines.map((line, at) => (
        <code key={at} class={firstLine + at === original.line ? 'is-here' : ''} data-line={firstLine + at}>
          {line === '' ? ' ' : line}
        </code>
      ))}
    </pre>
  )
}

function excerptOf(frame: ScriptFrame): object | undefined {
  return frame.original?.excerpt ?? undefined
}

function isOwnScript({ url, original }: ScriptFrame): boolean {
  return url !== null && original?.ignored !== true && !/^(chrome|moz|safari-web)-extension:|^node:|<anonymous>/.test(url)
}

function scriptPosition({ original, url, line, column, raw }: ScriptFrame): string {
  if (original !== null) return placeOf(shortPath(original.source), original.line, null)
  return url === null ? raw.trim() : placeOf(shortUrl(url), line, column)
}

function placeOf(file: string, line: number | null, column: number | null): string {
  return [file, line, column].filter((part) => part !== null).join(':')
}

function deliveredName(url: string | null): string | null {
  return url === null ? null : (shortUrl(url).split('/').at(-1) ?? null)
}

/** The last two parts of the path: enough to know the script, short enough for the column. */
function shortUrl(url: string): string {
  try {
    return shortPath(new URL(url).pathname)
  } catch {
    return url.slice(-60)
  }
}

/** Bundlers write `../../src/cart.ts` and `webpack://shop/./src/cart.ts`. */
function shortPath(path: string): string {
  return path.split('/').slice(-2).join('/')
}
