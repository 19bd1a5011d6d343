import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { bytesSource, readMinidump } from '@crashkeep/minidump'
import { describe, expect, it } from 'vitest'
import { processMinidump } from './process-minidump.ts'
import { registerSets } from './register-set.ts'
import { unwinders } from './walk/unwinders.ts'

const fixtures = join(import.meta.dirname, '../../../../shared/fixtures')

function process(name: string) {
  const crash = processMinidump(readMinidump(bytesSource(readFileSync(join(fixtures, 'dumps/breakpad', name)))))
  const file = join(fixtures, 'expected/breakpad', name, 'breakpad.micro.machine.txt.gz')
  const rows = gunzipSync(readFileSync(file))
    .toString('utf8')
    .split('\n')
    .map((line) => line.split('|'))
  return { crash, rows }
}

describe.skipIf(!existsSync(fixtures))('microdumps (needs ../shared fixtures)', () => {
  // The others were walked with symbols that are not among the fixtures.
  it.each(['microdump-x86.dmp', 'microdump-withcrashreason.dmp'])('%s has the frames that Breakpad prints', (name) => {
    const { crash, rows } = process(name)
    // Breakpad prints return addresses where it knows no function.
    const callBytes = crash.system_info.cpu_arch === 'x86' ? unwinders.x86.callBytes : 0n
    const frames = (crash.threads[0]?.frames ?? []).map((frame, index) => {
      const offset = BigInt(frame.module_offset ?? frame.offset) + (index === 0 ? 0n : callBytes)
      return [frame.module ?? '', `0x${offset.toString(16)}`]
    })
    const expected = rows.filter(([thread, , module]) => thread === '0' && module !== undefined).map((row) => [row[2], row[6]])
    expect(frames).toEqual(expected)
  })

  it.each(['arm', 'mips32', 'mips64', 'x86', 'withcrashreason'])(
    'microdump-%s.dmp has the system and the reason that Breakpad prints',
    (name) => {
      const { crash, rows } = process(`microdump-${name}.dmp`)
      expect(rows).toContainEqual(['OS', crash.system_info.os, crash.system_info.os_ver])
      const { type, address, crashing_thread } = crash.crash_info
      const shown = address === null ? '0x0' : `0x${BigInt(address).toString(16)}`
      expect(rows).toContainEqual(['Crash', type ?? '', shown, String(crashing_thread)])
      expect(crash.problems).toEqual([])
      expect(crash.threads[0]?.frames.length).toBeGreaterThan(1)
    },
  )
})

it('every CPU is walked with its own registers', () => {
  for (const [cpu, unwinder] of Object.entries(unwinders)) {
    expect([cpu, unwinder.registers]).toEqual([cpu, registerSets[unwinderName(cpu)]])
  }
})

function unwinderName(cpu: string): keyof typeof registerSets {
  const known = Object.keys(registerSets).find((name): name is keyof typeof registerSets => name === cpu)
  if (known === undefined) throw new Error(`${cpu} has no registers`)
  return known
}
