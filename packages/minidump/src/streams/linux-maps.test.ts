import { expect, it } from 'vitest'
import { cpuMs } from '../../../../test/harness/cpu-time.ts'
import { parseLinuxMaps } from './linux-maps.ts'

it('reads the lines of /proc/PID/maps, spaces in names included, and leaves out what is no such line', () => {
  const text = [
    '00400000-00401000 r-xp 00001000 08:01 42205241                           /tmp/a b (deleted)',
    '7ffc00000000-7ffc00021000 rw-p 00000000 00:00 0 ',
    'ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0                  [vsyscall]',
    'garbage',
    '00400000-0040',
  ].join('\n')
  expect(parseLinuxMaps(text)).toEqual([
    { startAddress: 0x400000n, endAddress: 0x401000n, permissions: 'r-xp', fileOffset: 0x1000n, name: '/tmp/a b (deleted)' },
    { startAddress: 0x7ffc00000000n, endAddress: 0x7ffc00021000n, permissions: 'rw-p', fileOffset: 0n, name: '' },
    { startAddress: 0xffffffffff600000n, endAddress: 0xffffffffff601000n, permissions: '--xp', fileOffset: 0n, name: '[vsyscall]' },
  ])
})

it('reads a line of nothing but spaces and a carriage return in linear time', () => {
  const text = `00400000-00401000 r-xp 00000000 08:01 42${' '.repeat(4_000_000)}\r\u2028x`
  const tookMs = cpuMs(() => expect(parseLinuxMaps(text)).toMatchObject([{ name: '\r\u2028x' }]))
  // Quadratic time would be hours.
  expect(tookMs).toBeLessThan(5000)
})
