import type { SymbolWriter } from '../output/symbol-writer.ts'
import { u32 } from '../pdb/little-endian.ts'
import { Damage, type Problems } from '../problem.ts'
import { type Arm64UnwindCode, type Arm64UnwindInfo, readArm64UnwindInfo } from './arm64-unwind-info.ts'
import { maxUnwindCodeBytes, maxUnwindFunctions, maxUnwindWork } from './limits.ts'
import { exceptionDirectory, type PeFile } from './read-pe.ts'

const entryBytes = 8
const windowBytes = entryBytes * 4096
const instruction = 4

type Rules = Map<string, string>

interface FrameStep {
  readonly offset: number
  readonly rules: Rules
}

/** Each function of `.pdata` that can be read. */
export function forEachArm64Function(pe: PeFile, problems: Problems, visit: (begin: number, info: Arm64UnwindInfo) => void): void {
  const directory = pe.directory(exceptionDirectory)
  if (directory === undefined) return
  let damaged = 0
  let work = 0
  const count = Math.min(Math.floor(directory.size / entryBytes), maxUnwindFunctions)
  for (let at = 0; at < count * entryBytes; at += windowBytes) {
    const wanted = Math.min(windowBytes, count * entryBytes - at)
    const bytes = pe.read(directory.rva + at, wanted)
    if (bytes.length < wanted) problems.add('pe_pdata', 'The table of functions (.pdata) is cut off.')
    for (let entry = 0; entry + entryBytes <= bytes.length; entry += entryBytes) {
      const begin = u32(bytes, entry)
      if (begin === 0) continue
      const info = readArm64UnwindInfo(pe, u32(bytes, entry + 4))
      work += info === undefined ? maxUnwindCodeBytes : workOf(info)
      if (work > maxUnwindWork)
        throw new Damage('pe_unwind_limit', 'The unwind information is larger than that of any program; the rest is left out.')
      if (info === undefined) damaged++
      else if (info.size > 0) visit(begin, info)
    }
  }
  if (damaged > 0) problems.add('pe_unwind', `The unwind information of ${damaged} functions cannot be read.`)
}

/** Each code is looked at once per step. */
function workOf({ prologue, own, epilogues }: Arm64UnwindInfo): number {
  return epilogues.reduce((sum, { codes }) => sum + codes.length * codes.length, (own + 1) * prologue.length) + epilogues.length + 16
}

/** STACK CFI of ARM64, instruction by instruction through prologues and epilogues. */
export function writeArm64Frames(pe: PeFile, writer: SymbolWriter, problems: Problems): void {
  forEachArm64Function(pe, problems, (begin, info) => {
    const [first, ...rest] = frameSteps(info)
    if (first === undefined) return
    writer.cfiInit(begin, info.size, joined(first.rules))
    for (const step of rest) writer.cfi(begin + step.offset, joined(step.rules))
  })
}

/** What changes where; the first is what holds at the start. Empty where the system put the frame there, which no rule describes. */
export function frameSteps(info: Arm64UnwindInfo): FrameStep[] {
  if (info.prologue.some((code) => code.kind === 'special')) return []
  let current = rulesOf(info.prologue.slice(info.own))
  const steps: FrameStep[] = [{ offset: 0, rules: current }]
  const move = (offset: number, next: Rules): void => {
    const changed = difference(current, next)
    if (changed.size > 0 && offset < info.size) steps.push({ offset, rules: changed })
    current = next
  }
  for (let done = 1; done <= info.own; done++) move(done * instruction, rulesOf(info.prologue.slice(info.own - done)))
  const body = current
  for (const { offset, codes } of [...info.epilogues].sort((left, right) => left.offset - right.offset)) {
    if (offset < info.own * instruction || codes.some((code) => code.kind === 'special')) continue
    for (let done = 1; done <= codes.length; done++) move(offset + done * instruction, rulesOf(codes.slice(done)))
    // Behind the instruction that returns, the body goes on.
    move(offset + (codes.length + 1) * instruction, body)
  }
  return steps
}

function difference(before: Rules, after: Rules): Rules {
  const changed: Rules = new Map()
  for (const [register, rule] of after) if (before.get(register) !== rule) changed.set(register, rule)
  // A register that was read back has its own value again.
  for (const register of before.keys()) if (!after.has(register)) changed.set(register, register)
  return changed
}

function joined(rules: Rules): string {
  let text = ''
  for (const [register, rule] of rules) text += `${text === '' ? '' : ' '}${register}: ${rule}`
  return text
}

/** Undoes the codes in their order. */
function rulesOf(codes: readonly Arm64UnwindCode[]): Rules {
  let base = 'sp'
  let height = 0
  const saved: { register: string; base: string; height: number }[] = []
  for (const code of codes) {
    if (code.kind === 'allocate') height += code.size
    else if (code.kind === 'frame') {
      base = 'x29'
      height = -code.offset
    } else if (code.kind === 'save') {
      for (const [index, register] of code.registers.entries()) {
        // Walking a stack needs no vector registers.
        if (register.startsWith('x')) saved.push({ register, base, height: height + code.offset + index * code.bytes })
      }
      height += code.pop
    }
  }
  const rules: Rules = new Map([['.cfa', `${base} ${height} +`]])
  let returnAddress = 'x30'
  for (const slot of saved) {
    const rule = slot.base === base ? `.cfa ${slot.height - height} + ^` : `${slot.base} ${slot.height} + ^`
    if (slot.register === 'x30') returnAddress = rule
    else rules.set(slot.register, rule)
  }
  return rules.set('.ra', returnAddress)
}
