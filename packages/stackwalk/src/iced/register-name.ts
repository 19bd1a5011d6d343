import { Register } from 'iced-x86'

/** `undefined` for no register at all. */
export function registerName(register: Register): string | undefined {
  if (register === Register.None) return undefined
  const name = (Register[register] ?? '').toLowerCase()
  const fpu = /^st(\d)$/.exec(name)
  return fpu === null ? name.replace(/^(r\d+)l$/, '$1b') : `st(${fpu[1]})`
}
