import type { JSX } from 'preact'
import { Folded } from '../../parts/section.tsx'
import type { Crash } from '../../stack/crash.ts'

/** In the order in which people read them: where it was, then the rest as the CPU numbers them. */
export function sortedRegisters(registers: Crash['registers']): [name: string, value: string][] {
  const first = ['rip', 'eip', 'pc', 'rsp', 'esp', 'sp', 'rbp', 'ebp', 'fp', 'lr']
  const rank = (name: string) => {
    const at = first.indexOf(name)
    return at < 0 ? first.length : at
  }
  return registers
    .map(([name, value]) => [name, value] as [string, string])
    .sort(([a], [b]) => rank(a) - rank(b) || a.localeCompare(b, 'en', { numeric: true }))
}

export function Registers({ crash }: { readonly crash: Crash }): JSX.Element {
  return (
    <Folded
      id="registers"
      title="Registers"
      note={`${crash.system.cpu ?? ''} · frame 0`}
      render={() => (
        <dl class="registers">
          {sortedRegisters(crash.registers).map(([name, value]) => (
            <div key={name} class={/^0x0+$/.test(value) ? 'register is-zero' : 'register'}>
              <dt>{name}</dt>
              <dd>
                <HexValue value={value} />
              </dd>
            </div>
          ))}
        </dl>
      )}
    />
  )
}

/** Leading zeros recede, so that the digits that count are seen. */
function HexValue({ value }: { readonly value: string }): JSX.Element {
  const zeros = /^0x0*/.exec(value)?.[0] ?? ''
  return (
    <>
      <span class="zeros">{zeros}</span>
      {value.slice(zeros.length)}
    </>
  )
}
