import type { Random } from '../random.ts'
import { type Platform, pointerBytes } from './platforms.ts'

/** A symbol file with every kind of record, as dumpers write them; with some of the oddities that they write, and no lines that are broken. */
export function generateSymbols(random: Random, platform: Platform, head: string, size: number): string {
  const records: string[] = [head, 'FILE 0 /src/a.cc', 'FILE 7 c:\\src\\b.h', 'INLINE_ORIGIN 0 inlined(int)', 'INLINE_ORIGIN 3 deeper<T>()']
  const unwind: string[] = []
  const isWindowsX86 = platform.cpu === 'x86' && head.includes('windows')
  for (let at = 0x100 + random.below(0x40); at + 0x200 < size; at += 0x40 + random.below(0x180)) {
    const length = 0x20 + random.below(0x160)
    // For the arguments of a public symbol rust-minidump takes its own record, not the STACK WIN beside it.
    const isPublic = random.below(6) === 0
    if (isPublic) records.push(...generatePublics(random, at))
    const isFunction = !isPublic && random.below(12) > 0
    if (isFunction) records.push(...generateFunction(random, at, length))
    if (random.below(3) > 0) unwind.push(...generateRules(random, platform, at, length))
    if (isWindowsX86 && isFunction && random.below(2) === 0) unwind.push(generateStackWin(random, at, length))
  }
  return `${[...records, ...unwind].join('\n')}\n`
}

function generatePublics(random: Random, at: number): string[] {
  const multiple = random.below(5) === 0 ? 'm ' : ''
  const one = `PUBLIC ${multiple}${at.toString(16)} ${random.below(4) * 4} public_${at.toString(16)}`
  return random.below(5) === 0 ? [one, `PUBLIC ${at.toString(16)} 0 alias_${at.toString(16)}`] : [one]
}

function generateFunction(random: Random, at: number, length: number): string[] {
  const hex = (offset: number) => (at + offset).toString(16)
  const multiple = random.below(8) === 0 ? 'm ' : ''
  const lines = [`FUNC ${multiple}${hex(0)} ${length.toString(16)} ${(random.below(5) * 4).toString(16)} void ns::f_${hex(0)}(int, char*)`]
  for (let depth = 0; depth < random.below(4); depth++) {
    const from = random.below(length)
    const pairs = Array.from({ length: 1 + random.below(2) }, (_, i) => `${hex(from + i * 0x30)} ${(1 + random.below(0x30)).toString(16)}`)
    lines.push(`INLINE ${depth} ${random.below(300)} ${random.pick(['0', '7'])} ${random.pick(['0', '3'])} ${pairs.join(' ')}`)
  }
  for (let from = random.below(8); from < length; ) {
    const size = 1 + random.below(0x40)
    if (random.below(6) > 0) lines.push(`${hex(from)} ${size.toString(16)} ${random.below(500)} ${random.pick(['0', '7'])}`)
    from += size + (random.below(5) === 0 ? random.below(0x10) : 0)
  }
  return lines
}

function generateRules(random: Random, platform: Platform, at: number, length: number): string[] {
  const pointer = pointerBytes(platform)
  const register = () => random.pick(platform.ruleRegisters)
  const cfa = () =>
    `.cfa: ${random.below(4) > 0 ? platform.ruleSp : register()} ${(random.below(4) === 0 ? random.below(40) : random.below(8)) * pointer} +`
  const ra = () => (random.below(5) > 0 ? `.ra: .cfa -${pointer * (1 + random.below(3))} + ^` : `.ra: ${register()}`)
  // Where a rule of x29 or r11 fails, rust-minidump keeps the value under the register's other name.
  const restored = () => register().replace(/^(x29|r11)$/, 'fp')
  const restore = () =>
    `${restored()}: ${random.pick([`.cfa -${pointer * (1 + random.below(6))} + ^`, '.undef', register(), '.cfa', '.cfa 16 - ^ 4 +'])}`
  const first = random.below(2) === 0 ? restore() : ''
  // rust-minidump forgets x29 when it came from a frame record and no rule mentions it.
  const kept = platform.cpu === 'arm64' && !first.startsWith('fp') ? ' fp: x29' : ''
  const rules = [`STACK CFI INIT ${at.toString(16)} ${length.toString(16)} ${cfa()} ${ra()} ${first}${kept}`]
  for (let from = random.below(0x20); from < length && random.below(3) > 0; from += 1 + random.below(0x20)) {
    const changes = random.pick([[cfa()], [cfa(), restore()], [restore()], [ra()]])
    rules.push(`STACK CFI ${(at + from).toString(16)} ${changes.join(' ')}`)
  }
  return rules
}

const programs: readonly [string, ...string[]] = [
  '$T0 $ebp = $eip $T0 4 + ^ = $ebp $T0 ^ = $esp $T0 8 + =',
  '$T0 .raSearch = $eip $T0 ^ = $esp $T0 4 + =',
  '$T0 .raSearch = $eip $T0 ^ = $esp $T0 4 + = $ebx $T0 28 - ^ =',
  '$T0 $ebp = $eip $T0 4 + ^ = $ebp $T0 ^ = $esp $T0 8 + = $L $T0 .cbSavedRegs - = $P $T0 8 + .cbParams + =',
  '$T1 .raSearch = $T0 $T1 4 - 8 @ = $ebp $T1 4 - ^ = $eip $T1 ^ = $esp $T1 4 + = $20 $T0 56 - ^ = $23 $T0 52 - ^ =',
  '$T0 $ebx = $eip $T0 4 + ^ = $ebx $T0 ^ = $esp $T0 8 + = $ebp $ebp ^ =',
  '$T0 .raSearchStart = $eip $T0 ^ =$esp $T0 4 + = $esi .undef =',
]

function generateStackWin(random: Random, at: number, length: number): string {
  const isProgram = random.below(3) > 0
  const sizes = [random.below(8), random.below(4), random.below(5) * 4, 8 + random.below(3) * 4, random.below(20) * 4, 0]
  const place = [at, length, ...sizes].map((value) => value.toString(16)).join(' ')
  return isProgram ? `STACK WIN 4 ${place} 1 ${random.pick(programs)}` : `STACK WIN 0 ${place} 0 ${random.below(2)}`
}
