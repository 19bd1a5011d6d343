const numbered = (count: number, name: (number: number) => string): string[] => Array.from({ length: count }, (_, number) => name(number))

const bytes = 'al cl dl bl ah ch dh bh spl bpl sil dil'.split(' ')
const pairs = 'ax cx dx bx sp bp si di'.split(' ')
const fromEight = (suffix: string): string[] => numbered(8, (number) => `r${number + 8}${suffix}`)

/** By iced's number of a register, behind 0 for none. As rust-minidump's disassembler names them: `r8b`, `st(0)`. */
const names: readonly string[] = [
  ...[...bytes, ...fromEight('b')],
  ...[...pairs, ...fromEight('w')],
  ...[...pairs.map((name) => `e${name}`), ...fromEight('d')],
  ...[...pairs.map((name) => `r${name}`), ...fromEight('')],
  ...'eip rip es cs ss ds fs gs'.split(' '),
  ...['xmm', 'ymm', 'zmm'].flatMap((kind) => numbered(32, (number) => `${kind}${number}`)),
  ...numbered(8, (number) => `k${number}`),
  ...numbered(4, (number) => `bnd${number}`),
  ...numbered(16, (number) => `cr${number}`),
  ...numbered(16, (number) => `dr${number}`),
  ...numbered(8, (number) => `st(${number})`),
  ...['mm', 'tr', 'tmm'].flatMap((kind) => numbered(8, (number) => `${kind}${number}`)),
]

/** `undefined` for no register at all. */
export function registerName(register: number): string | undefined {
  return names[register - 1]
}
