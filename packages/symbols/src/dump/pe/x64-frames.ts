import type { SymbolWriter } from '../output/symbol-writer.ts'
import { u32 } from '../pdb/little-endian.ts'
import { Damage, type Problems } from '../problem.ts'
import { maxUnwindFunctions, maxUnwindWork } from './limits.ts'
import { exceptionDirectory, type PeFile } from './read-pe.ts'
import { readX64UnwindInfo, type X64UnwindCode, type X64UnwindInfo } from './x64-unwind-info.ts'

const entryBytes = 12
const windowBytes = entryBytes * 4096
const returnAddressBytes = 8
/** As if 64 codes had been read. */
const worstRead = 64
const registers = [
  '$rax',
  '$rcx',
  '$rdx',
  '$rbx',
  '$rsp',
  '$rbp',
  '$rsi',
  '$rdi',
  '$r8',
  '$r9',
  '$r10',
  '$r11',
  '$r12',
  '$r13',
  '$r14',
  '$r15',
]

/** Where each function begins and ends, of `.pdata`; empty and impossible entries are left out. */
export function forEachX64Function(pe: PeFile, problems: Problems, visit: (begin: number, end: number, unwindInfo: number) => void): void {
  const directory = pe.directory(exceptionDirectory)
  if (directory === undefined) return
  const count = Math.min(Math.floor(directory.size / entryBytes), maxUnwindFunctions)
  for (let at = 0; at < count * entryBytes; at += windowBytes) {
    const wanted = Math.min(windowBytes, count * entryBytes - at)
    const bytes = pe.read(directory.rva + at, wanted)
    if (bytes.length < wanted) problems.add('pe_pdata', 'The table of functions (.pdata) is cut off.')
    for (let entry = 0; entry + entryBytes <= bytes.length; entry += entryBytes) {
      const begin = u32(bytes, entry)
      const end = u32(bytes, entry + 4)
      if (end > begin) visit(begin, end, u32(bytes, entry + 8))
    }
  }
}

/**
 * STACK CFI of x64. The INIT record has the rules that hold after the prologue, as other dumpers write it for the whole function;
 * records behind it take them back at the first instruction and bring them in one by one, because a stack overflow happens inside of prologues.
 */
export function writeX64Frames(pe: PeFile, writer: SymbolWriter, problems: Problems): void {
  let damaged = 0
  let work = 0
  // Neighbours often share one UNWIND_INFO, and its place says everything but the addresses.
  let [lastInfo, lastSteps]: [number, FrameStep[] | undefined] = [-1, undefined]
  forEachX64Function(pe, problems, (begin, end, unwindInfo) => {
    if (unwindInfo !== lastInfo) {
      const info = readX64UnwindInfo(pe, unwindInfo)
      work += workOf(info)
      if (work > maxUnwindWork)
        throw new Damage('pe_unwind_limit', 'The unwind information is larger than that of any program; the rest is left out.')
      lastSteps = info === undefined ? undefined : frameSteps(info)
      lastInfo = unwindInfo
    }
    if (lastSteps === undefined) {
      damaged++
      return
    }
    for (const step of lastSteps) {
      if (step.offset === undefined) writer.cfiInit(begin, end - begin, step.rules)
      else if (begin + step.offset < end) writer.cfi(begin + step.offset, step.rules)
    }
  })
  if (damaged > 0) problems.add('pe_unwind', `The unwind information of ${damaged} functions cannot be read.`)
}

/** Each code is looked at once per step; damaged ones were read, too. */
function workOf(info: X64UnwindInfo | undefined): number {
  return info === undefined ? worstRead : info.codes.length * (info.codes.length + 3) + 16
}

interface FrameStep {
  /** Undefined for the INIT record. */
  readonly offset?: number
  readonly rules: string
}

/** The records of one function, relative to its start. */
export function frameSteps(info: X64UnwindInfo): FrameStep[] {
  const body = rulesAt(info, Number.POSITIVE_INFINITY)
  const steps: FrameStep[] = [{ rules: joined(body) }]
  const offsets = [...new Set(info.codes.map((code) => code.offset))].filter((offset) => offset > 0).sort((left, right) => left - right)
  if (offsets.length === 0) return steps
  let before = rulesAt(info, 0)
  // Registers that the prologue has not saved yet still have the caller's values.
  const start = new Map(before)
  for (const register of body.keys()) if (!start.has(register)) start.set(register, register)
  steps.push({ offset: 0, rules: joined(start) })
  for (const offset of offsets) {
    const now = rulesAt(info, offset)
    const changed = new Map<string, string>()
    for (const [register, rule] of now) if (before.get(register) !== rule) changed.set(register, rule)
    if (changed.size > 0) steps.push({ offset, rules: joined(changed) })
    before = now
  }
  return steps
}

function joined(rules: Map<string, string>): string {
  let text = ''
  for (const [register, rule] of rules) text += `${text === '' ? '' : ' '}${register}: ${rule}`
  return text
}

/**
 * What holds when the instructions that end at or before `offset` have run. Slots are counted from the frame's end (`.cfa`), where the
 * return address is the first 8 bytes, because the stack pointer may move in the body of a function with a frame register.
 */
function rulesAt(info: X64UnwindInfo, offset: number): Map<string, string> {
  const frame = registers[info.frameRegister] ?? '$rsp'
  const whole = info.codes.reduce((sum, code) => sum + depthOf(code), returnAddressBytes)
  const rules = new Map<string, string>()
  const established = info.frameRegister !== 0 && info.codes.some((code) => code.kind === 'frame-register' && code.offset <= offset)
  let depth = returnAddressBytes
  let cfa: string | undefined
  let machineFrame = false
  rules.set('.cfa', '')
  for (let i = info.codes.length - 1; i >= 0; i--) {
    const code = info.codes[i]
    if (code === undefined || code.offset > offset) continue
    depth += depthOf(code)
    if (code.kind === 'push') rules.set(registers[code.register] ?? '', `.cfa ${depth} - ^`)
    else if (code.kind === 'frame-register') cfa = `${frame} ${depth - info.frameOffset} +`
    else if (code.kind === 'save') {
      const place = established ? `${frame} ${code.at - info.frameOffset} +` : `.cfa ${whole - code.at} -`
      rules.set(registers[code.register] ?? '', `${place} ^`)
    } else if (code.kind === 'machine-frame') {
      // Pushed by the processor instead of a return address: SS, RSP, EFLAGS, CS, RIP, and sometimes an error code.
      const top = depth - depthOf(code)
      rules.set('$rsp', `.cfa ${top + 16} - ^`)
      rules.set('.ra', `.cfa ${top + 40} - ^`)
      machineFrame = true
    }
  }
  rules.set('.cfa', cfa ?? `$rsp ${depth} +`)
  if (!machineFrame) rules.set('.ra', `.cfa ${returnAddressBytes} - ^`)
  return rules
}

function depthOf(code: X64UnwindCode): number {
  if (code.kind === 'push') return 8
  if (code.kind === 'allocate') return code.size
  return code.kind === 'machine-frame' ? 40 + (code.errorCode ? 8 : 0) : 0
}
