import type { SignatureFrame } from '../crash-data.ts'
import { maxFunctionLength, maxNormalizedLength } from '../limits.ts'
import type { CompiledRules } from '../signature-rules.ts'
import { normalizeCpp } from './cpp.ts'
import { normalizeRust } from './rust.ts'
import { qualifyRustPanic } from './rust-panic.ts'
import { sourceLeaf, sourcePath } from './source-file.ts'

export interface NormalizedFrame {
  /** What the lists are compared with, and what stands in the signature. */
  text: string
  /** For a module without symbols under `name+offset`: the same with its offset; otherwise equal to `text`. */
  exact: string
  /** The frame as the dump has it, for the steps. */
  raw: string
  kind: 'function' | 'system-function' | 'source' | 'module' | 'system-module' | 'unloaded' | 'address' | 'nothing'
}

export function normalizeFrame(frame: SignatureFrame, os: string | null | undefined, rules: CompiledRules): NormalizedFrame {
  const { kind, text, exact = text, raw = text } = describe(frame, os, rules)
  return { kind, raw, text: text.slice(0, maxNormalizedLength), exact: exact.slice(0, maxNormalizedLength) }
}

type Description = Pick<NormalizedFrame, 'kind' | 'text'> & { exact?: string; raw?: string }

function describe(frame: SignatureFrame, os: string | null | undefined, rules: CompiledRules): Description {
  const { file, line } = frame
  if (frame.function) {
    const raw = frame.function.slice(0, maxFunctionLength)
    const text = normalizeFunction(raw, file?.slice(0, maxFunctionLength), line, rules)
    return { kind: isSystemModule(frame.module, rules) ? 'system-function' : 'function', raw, text }
  }
  if (file && line) return { kind: 'source', text: `${sourceLeaf(file.slice(-maxFunctionLength))}#${line}` }
  if (frame.module) {
    const module = frame.module.slice(-maxNormalizedLength)
    return describeModule(os === 'Windows NT' ? module.toLowerCase() : module, frame.module_offset, rules)
  }
  const unloaded = frame.unloaded_modules?.[0]?.module
  if (unloaded) return { kind: 'unloaded', text: `(unloaded ${unloaded})` }
  if (frame.offset) return { kind: 'address', text: `@0x${significantDigits(frame.offset)}` }
  return { kind: 'nothing', text: '' }
}

function normalizeFunction(name: string, file: string | undefined, line: number | null | undefined, rules: CompiledRules): string {
  if (!file) return normalizeCpp(name, line, rules.lineNumbers)
  const qualified = qualifyRustPanic(name, file)
  return sourcePath(file)?.endsWith('.rs')
    ? normalizeRust(qualified, line, rules.lineNumbers)
    : normalizeCpp(qualified, line, rules.lineNumbers)
}

function describeModule(module: string, moduleOffset: string | null | undefined, rules: CompiledRules): Description {
  if (rules.bareModule === 'name') return { kind: 'module', text: stripBrackets(module) }
  // Linux names a file that was replaced under a running program, as every update does, "libfoo.so (deleted)".
  const name = stripBrackets(sourceLeaf(module).replace(/ \(deleted\)$/, '')) || module
  const exact = moduleOffset ? `${name}+0x${significantDigits(moduleOffset)}` : name
  // A system library's offsets change with every update of the system, so that its name alone is what reports have in common.
  if (isSystemModule(name, rules)) return { kind: 'system-module', text: name, exact, raw: exact }
  return { kind: 'module', text: exact }
}

function isSystemModule(module: string | null | undefined, rules: CompiledRules): boolean {
  return module ? rules.systemModules.test(module.slice(-maxNormalizedLength).toLowerCase()) : false
}

function stripBrackets(text: string): string {
  let start = 0
  let end = text.length
  while (start < end && '[]'.includes(text.charAt(start))) start++
  while (end > start && '[]'.includes(text.charAt(end - 1))) end--
  return text.slice(start, end)
}

function significantDigits(hexadecimal: string): string {
  const digits = hexadecimal.slice(0, 64).toLowerCase().replace(/^0x/, '').replace(/^0+/, '')
  return digits === '' ? '0' : digits
}
