import { maxJavaScriptParts } from '../limits.ts'
import { firstCharacters, printableCharacters } from '../printable-characters.ts'
import type { SignatureStep } from '../signature-result.ts'
import { scriptName } from './script-name.ts'

export interface JavaScriptSignatureFrame {
  function?: string | null | undefined
  url?: string | null | undefined
  line?: number | null | undefined
  column?: number | null | undefined
}

/** Code of the engine, of Node.js, of Electron or of an extension in the browser: never the page's own mistake. */
const foreign =
  /^(?:node:|electron:|internal\/|native |extensions::|chrome:|chrome-extension:|moz-extension:|safari-(?:web-)?extension:|webkit-masked-url:)/

/** A minifier's name says nothing and is another one after the next build. */
const minified = /(?:^|\.)[A-Za-z_$]{1,2}\d?$/

/** Characters of one part, so that three of them fit a signature. */
const maxPartLength = 80

/** From the top of the stack to the first frame with a name that a person gave, at most three. */
export function javaScriptParts(frames: readonly JavaScriptSignatureFrame[], steps: SignatureStep[] = []): string[] {
  const parts: string[] = []
  const own = frames.some((frame) => frame.url && !foreign.test(frame.url))
  for (const [index, frame] of frames.entries()) {
    const before = [frame.function ?? '(anonymous)', frame.url]
      .filter((piece) => piece)
      .join(' ')
      .slice(0, 300)
    const step = (rule: string, after: string | null, why: string) => steps.push({ rule, frame: index, before, after, why })
    if (!frame.url && own) {
      step('skip', null, 'skipped: built into the engine')
      continue
    }
    if (frame.url && foreign.test(frame.url) && own) {
      step('skip', null, "skipped: not the page's own code")
      continue
    }
    const name = functionName(frame.function)
    const part = firstCharacters(partText(name, frame.url), maxPartLength)
    if (part === parts.at(-1)) {
      step('skip', null, 'skipped: the same as the frame before')
      continue
    }
    parts.push(part)
    const strong = name !== '' && !minified.test(name)
    if (strong || parts.length >= maxJavaScriptParts) {
      step(
        'stop',
        part,
        strong ? 'kept and stopped here: a function with a name' : `kept and stopped here: ${maxJavaScriptParts} frames are enough`,
      )
      return parts
    }
    step('prefix', part, `kept and went on: ${name === '' ? 'a function without a name' : 'a name that a minifier gave'}`)
  }
  return parts
}

function partText(name: string, url: string | null | undefined): string {
  const shown = name === '' ? '(anonymous)' : name
  return printableCharacters(url ? `${shown} (${scriptName(url)})` : shown)
}

/** `Object.start`, `start/<` (Firefox) and `async start` are `start`. */
function functionName(name: string | null | undefined): string {
  return (name ?? '')
    .slice(0, 1_000)
    .replace(/^(?:async |new )/, '')
    .replace(/^(?:Object|Module|Function|Window|global|globalThis)\./, '')
    .replace(/(?:\/?<)+$/, '')
    .replace(/(?:^|\.)(?:<anonymous>|anonymous)$/, '')
    .replace(/^(?:global|module|eval) code$/, '')
    .trim()
}
