import { maxJavaScriptFrames, maxStackLineLength, maxStackTextLength } from '../limits.ts'
import type { JavaScriptFrame } from './frame.ts'

export interface JavaScriptStack {
  frames: JavaScriptFrame[]
  /** Why there are no frames; `null` when there are some. */
  missing: 'not_opted_in' | 'not_sent' | 'unreadable' | null
}

/** Chromium sends this sentence in place of a stack when the page lacks the document policy. It must never become a frame or a group. */
const notOptedIn = /^\s*Website owner has not opted in/

/** Reads the stack texts of V8 (Chromium, Electron, Node.js), Firefox and Safari. Lines that are no frames are left out. */
export function parseJavaScriptStack(text: string | null | undefined): JavaScriptStack {
  if (!text?.trim()) return { frames: [], missing: 'not_sent' }
  if (notOptedIn.test(text)) return { frames: [], missing: 'not_opted_in' }
  const frames: JavaScriptFrame[] = []
  for (const line of text.slice(0, maxStackTextLength).split('\n')) {
    if (frames.length >= maxJavaScriptFrames) break
    if (line.length > maxStackLineLength) continue
    const raw = line.trim()
    const frame = raw.startsWith('at ') ? v8Frame(raw) : geckoFrame(raw)
    if (frame !== undefined) frames.push(frame)
  }
  return { frames, missing: frames.length === 0 ? 'unreadable' : null }
}

/** `at Cart.total (https://host/app(1).min.js?v=2:1:42)`, `at https://host/app.js:1:102`, `at Array.map (<anonymous>)`. */
function v8Frame(raw: string): JavaScriptFrame {
  const text = raw
    .slice(3)
    .replace(/^async /, '')
    .trim()
  // Addresses may hold parentheses themselves, names of functions hold none after a space.
  const open = text.endsWith(')') ? text.indexOf(' (') : -1
  if (open < 0) return looksLikeLocation(text) ? { function: null, ...location(text), raw } : { function: text, ...nowhere, raw }
  const name = text.slice(0, open).replace(/ \[as [^\]]*\]$/, '')
  return { function: name === '<anonymous>' || name === '' ? null : name, ...location(text.slice(open + 2, -1)), raw }
}

/** `total@https://host/app.js:1:42` in Firefox and Safari; Safari also has lines that are an address or a name alone. */
function geckoFrame(raw: string): JavaScriptFrame | undefined {
  const at = raw.indexOf('@')
  const place = raw.slice(at + 1)
  if (place === '[native code]' && at > 0) return { function: raw.slice(0, at), ...nowhere, raw }
  if (!looksLikeLocation(place)) return undefined
  // `setTimeout handler*start` and `async*start`: how the call came about, then the function.
  const name = at < 0 ? '' : raw.slice(raw.lastIndexOf('*', at) + 1, at)
  return { function: name === '' ? null : name, ...location(place), raw }
}

const nowhere = { url: null, line: null, column: null }

function looksLikeLocation(text: string): boolean {
  return /:\d+$/.test(text) && /^(?:[a-z][a-z0-9+.-]*:|[A-Z]:[\\/]|\/|<anonymous>)/.test(text)
}

/** Read from the right, since an address may hold colons and digits of its own. */
function location(text: string): Pick<JavaScriptFrame, 'url' | 'line' | 'column'> {
  // `eval at foo (https://host/a.js:1:2), <anonymous>:3:4`: the place that called eval is a file, the evaluated text is none.
  const inner = text.startsWith('eval at ') ? text.slice(text.lastIndexOf('(') + 1).replace(/\),.*$/, '') : text
  const wasm = /^(.*):wasm-function\[\d+\]:0x[0-9a-f]+$/.exec(inner)
  if (wasm) return { url: wasm[1] ?? null, line: null, column: null }
  const numbers = /:(\d{1,10})(?::(\d{1,10}))?$/.exec(inner)
  // Firefox: `https://host/a.js line 5 > eval`.
  const url = (numbers ? inner.slice(0, numbers.index) : inner).replace(/ line \d+ > (?:eval|Function).*$/, '')
  if (!/[:/\\]/.test(url)) return nowhere
  return { url, line: numbers?.[1] ? Number(numbers[1]) : null, column: numbers?.[2] ? Number(numbers[2]) : null }
}
