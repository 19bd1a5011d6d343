import { parseCfiRules } from '../../packages/stackwalk/dist/cfi/cfi-rules.js'
import { evaluateCfi } from '../../packages/stackwalk/dist/cfi/evaluate-cfi.js'
import type { Target } from '../target.ts'

const encoder = new TextEncoder()
const decoder = new TextDecoder()

/** The first line is the rules of an INIT record, the rest those of the records behind it. */
export const cfiTarget: Target = {
  name: 'cfi',
  kind: 'text',
  seeds: () =>
    [
      '.cfa: $rsp 8 + .ra: .cfa 8 - ^\n$rbx: .cfa 16 - ^ $rbp: .undef',
      '.cfa: $T0 .ra: $T0 4 + ^ $ebp: $T0 ^',
      '.cfa: sp 0 + .ra: x30 x19: .cfa -32 + ^\n.cfa: sp 64 + x20: .cfa 8 @ 3 * 7 / 5 % 1 -',
      '.cfa: $rsp 9223372036854775807 + 2 * .ra: .cfa .cfa * .cfa -',
    ].map((text) => encoder.encode(text)),
  run: (input) => {
    const [init = '', ...deltas] = decoder.decode(input).split('\n')
    const rules = parseCfiRules({ init, deltas: deltas.map((text) => ({ rules: text })) })
    if (rules === undefined) return 'no rules'
    const known: Record<string, bigint> = { rsp: 0x7ffe_0000n, rbp: 0xffff_ffff_ffff_fff8n, sp: 0n, x30: 1n }
    const machine = {
      register: (name: string) => known[name],
      memory: (address: bigint) => (address % 8n === 0n ? (address * 3n) & 0xffff_ffff_ffff_ffffn : undefined),
    }
    const cfa = evaluateCfi(rules.cfa, machine, undefined)
    return [rules.ra, ...rules.registers.values()].map((expression) => evaluateCfi(expression, machine, cfa)).join(' ')
  },
}
