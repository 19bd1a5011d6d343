/**
 * Hands every outermost balanced piece (`<…>`, `(…)`) to `replace`, together with the text since the piece before it, and puts the answer
 * in its place. A piece that is never closed runs to the end; a closer without an opener is plain text. One pass.
 */
export function replaceEnclosed(text: string, open: string, close: string, replace: (inside: string, before: string) => string): string {
  let out = ''
  let depth = 0
  let plainStart = 0
  let insideStart = 0
  for (let i = 0; i < text.length; i++) {
    const char = text[i]
    if (char === open) {
      if (depth === 0) insideStart = i
      depth++
    } else if (char === close && depth > 0) {
      depth--
      if (depth > 0) continue
      const before = text.slice(plainStart, insideStart)
      out += before + replace(text.slice(insideStart, i + 1), before)
      plainStart = i + 1
    }
  }
  if (depth === 0) return out + text.slice(plainStart)
  const before = text.slice(plainStart, insideStart)
  return out + before + replace(text.slice(insideStart), before)
}
