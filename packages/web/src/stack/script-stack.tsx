import type { ProcessedBrowserCrash } from '@crashkeep/server/api-types'
import type { JSX } from 'preact'
import { FunctionText } from './stack-view.tsx'

type ScriptFrame = ProcessedBrowserCrash['stack'][number]

/** A stack of scripts in the same columns as a native one. */
export function ScriptStack({ frames }: { readonly frames: readonly ScriptFrame[] }): JSX.Element {
  return (
    <ol class="stack" aria-label="Frames, innermost first">
      {frames.map((frame, at) => (
        <li key={at} class={`frame frame-${isOwnScript(frame) ? 'own' : 'system'}`}>
          <div class="frame-line">
            <span class="frame-number">{at}</span>
            <span class="frame-code">
              {frame.function === null ? <span class="function-rest">(anonymous)</span> : <FunctionText text={frame.function} />}
            </span>
            <span class="frame-source" title={frame.url ?? frame.raw}>
              {scriptPosition(frame)}
            </span>
            <span class="frame-module" />
            <span class="frame-trust" />
          </div>
        </li>
      ))}
    </ol>
  )
}

function isOwnScript({ url }: ScriptFrame): boolean {
  return url !== null && !/^(chrome|moz|safari-web)-extension:|^node:|<anonymous>/.test(url)
}

function scriptPosition(frame: ScriptFrame): string {
  if (frame.url === null) return frame.raw.trim()
  return [shortUrl(frame.url), frame.line, frame.column].filter((part) => part !== null).join(':')
}

/** The last two parts of the path: enough to know the script, short enough for the column. */
function shortUrl(url: string): string {
  try {
    return new URL(url).pathname.split('/').slice(-2).join('/')
  } catch {
    return url.slice(-60)
  }
}
