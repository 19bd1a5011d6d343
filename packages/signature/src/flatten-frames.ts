import type { SignatureFrame } from './crash-data.ts'
import { maxFrames } from './limits.ts'

/** Inlined functions become frames of their own, innermost first, before the frame that holds them. */
export function flattenFrames(frames: readonly SignatureFrame[]): SignatureFrame[] {
  const flat: SignatureFrame[] = []
  for (const frame of frames) {
    for (const inline of frame.inlines ?? []) {
      if (flat.length >= maxFrames) return flat
      flat.push({
        function: inline.function,
        file: inline.file,
        line: inline.line,
        module: frame.module,
        module_offset: frame.module_offset,
        offset: frame.offset,
      })
    }
    if (flat.length >= maxFrames) return flat
    flat.push(frame)
  }
  return flat
}
