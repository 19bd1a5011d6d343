import { stack } from '@crashkeep/minidump/synth'
import { describe, expect, test } from 'vitest'
import { icedDecoder } from '../iced/iced-decoder.ts'
import type { ProcessedCrashInfo } from '../processed-crash.ts'
import { synthCrash } from '../synth-crash.ts'

const codeAddress = 0x40_1000n
const stackStart = 0x7ffe_0000_0000n
const highest = 0xffff_ffff_ffff_ffffn

interface Situation {
  /** Bytes of the instruction in hexadecimal digits. */
  readonly code: string
  readonly registers?: Readonly<Record<string, bigint>>
  readonly address?: bigint
  readonly maps?: string
  readonly windows?: { readonly code: number; readonly parameters?: readonly bigint[] }
  readonly linux?: { readonly code: number; readonly flags: number }
  readonly cpu?: 'x86' | 'amd64'
  readonly regions?: readonly [start: bigint, size: bigint, protection: number][]
  readonly tebAddress?: bigint
}

function crash(situation: Situation): ProcessedCrashInfo {
  const { cpu = 'amd64', windows, linux = { code: 11, flags: 1 }, address = 0n } = situation
  const [ip, sp] = cpu === 'amd64' ? ['rip', 'rsp'] : ['eip', 'esp']
  const stackAddress = cpu === 'amd64' ? stackStart : 0x8000_0000n
  const context = { registers: { [ip]: codeAddress, [sp]: stackAddress, ...situation.registers } }
  const pointerBytes = cpu === 'amd64' ? 8 : 4
  return synthCrash(
    {
      systemInfo: { os: windows === undefined ? 'Linux' : 'Windows NT', cpu },
      threads: [
        {
          id: 1,
          context,
          tebAddress: situation.tebAddress ?? 0n,
          stack: stack(stackAddress, [0x1234n, 0x5678n], { pointerBytes }),
        },
      ],
      memory: [{ startAddress: codeAddress, bytes: Buffer.from(situation.code, 'hex') }],
      ...(situation.maps !== undefined && { linux: { maps: situation.maps } }),
      ...(situation.regions !== undefined && {
        memoryInfo: situation.regions.map(([baseAddress, size, protection]) => ({
          baseAddress,
          size,
          protection,
          allocationBase: baseAddress,
          allocationProtection: protection,
          state: 0x1000,
          type: 0x2_0000,
        })),
      }),
      exception: { threadId: 1, address, context, ...linux, flags: linux.flags, ...(windows ?? {}) },
    },
    {},
    { decoder: icedDecoder },
  ).crash_info
}

const accessViolation = (operation: bigint, address: bigint) => ({ code: 0xc000_0005, parameters: [operation, address] })

describe('what the instruction accesses', () => {
  test('a field of a null pointer is told from an address', () => {
    expect(crash({ code: '8b4008', address: 8n })).toMatchObject({
      instruction: 'mov eax, dword [rax + 0x8]',
      memory_accesses: [{ address: '0x0000000000000008', size: 4, access_type: 'read' }],
      adjusted_address: { kind: 'null-pointer', offset: '0x0000000000000008' },
      instruction_pointer_update: null,
      possible_bit_flips: null,
    })
  })

  test('an address that wraps is one of 64 bits, and one of 32 bits in 32-bit code', () => {
    expect(crash({ code: '8b40f8', registers: { rax: 4n } }).memory_accesses).toMatchObject([{ address: '0xfffffffffffffffc' }])
    expect(crash({ code: '8b40f8', registers: { eax: 4n }, cpu: 'x86' }).memory_accesses).toMatchObject([{ address: '0xfffffffc' }])
  })

  test('an instruction without operands in memory accesses none, which differs from not known', () => {
    expect(crash({ code: '0f0b' }).memory_accesses).toEqual([])
    expect(crash({ code: '06' })).toMatchObject({ instruction: null, memory_accesses: null })
    expect(crash({ code: '67678b00' })).toMatchObject({ instruction: 'mov eax, dword [eax]', memory_accesses: null })
  })

  test('the base of a segment is known on Windows only', () => {
    const code = '65488b042530000000'
    expect(crash({ code })).toMatchObject({ instruction: 'mov rax, qword gs:[0x30]', memory_accesses: null })
    const onWindows = crash({ code, windows: accessViolation(0n, 0x1030n), tebAddress: 0x1000n })
    expect(onWindows.memory_accesses).toMatchObject([{ address: '0x0000000000001030' }])
  })

  test('an address relative to the instruction is the one the processor used', () => {
    expect(crash({ code: '8b0510000000' }).memory_accesses).toMatchObject([{ address: '0x0000000000401016' }])
  })

  test('a stack pointer of zero that a call writes below is no null pointer in an operand', () => {
    expect(crash({ code: 'e800000000', address: 0x18n, registers: { rsp: 0n } })).toMatchObject({
      memory_accesses: [{ address: '0xfffffffffffffff8', access_type: 'write' }],
      adjusted_address: null,
    })
  })

  test('when the instruction itself could not be fetched its operands are not to blame', () => {
    const maps = '00400000-00401000 r--p 00000000 00:00 0 '
    expect(crash({ code: '8b4008', address: codeAddress, maps })).toMatchObject({ adjusted_address: null, possible_bit_flips: null })
  })
})

describe('where the instruction leads', () => {
  test('a call through a null pointer, a jump through memory and a return', () => {
    expect(crash({ code: 'ffd0' })).toMatchObject({
      instruction_pointer_update: { address: '0x0000000000000000' },
      adjusted_address: { kind: 'null-pointer' },
    })
    expect(crash({ code: 'ff642408' }).instruction_pointer_update).toEqual({ address: '0x0000000000005678' })
    expect(crash({ code: 'c3' }).instruction_pointer_update).toEqual({ address: '0x0000000000001234' })
    expect(crash({ code: 'c3', cpu: 'x86' }).instruction_pointer_update).toEqual({ address: '0x00001234' })
  })

  test('a return whose stack is not in the dump leads nowhere known', () => {
    expect(crash({ code: 'c3', registers: { rsp: 0x1000n } }).instruction_pointer_update).toBeNull()
  })
})

describe('an address that is not canonical', () => {
  const rax = 0x4141_4141_4141_4141n

  test('is found where the system reports another one', () => {
    const expected = { adjusted_address: { kind: 'non-canonical', address: '0x4141414141414141' } }
    expect(crash({ code: '8b00', registers: { rax }, linux: { code: 11, flags: 0x80 } })).toMatchObject(expected)
    expect(crash({ code: '8b00', registers: { rax }, windows: accessViolation(0n, highest) })).toMatchObject(expected)
  })

  test('is not looked for when the system reports a page fault', () => {
    expect(crash({ code: '8b00', registers: { rax }, linux: { code: 11, flags: 1 } }).adjusted_address).toBeNull()
  })

  test('may be one flipped bit away from a good one', () => {
    const good = 0x7fff_0000_2000n
    const maps = '7fff00000000-7fff00010000 rw-p 00000000 00:00 0 '
    const info = crash({ code: '8b00', registers: { rax: good | (1n << 60n) }, linux: { code: 11, flags: 0x80 }, maps })
    expect(info.possible_bit_flips).toMatchObject([
      { address: '0x00007fff00002000', source_register: null, details: { was_non_canonical: true } },
      { address: '0x00007fff00002000', source_register: 'rax' },
    ])
    expect(info.possible_bit_flips?.[0]?.confidence).toBeCloseTo(1 - 0.75 * 0.1, 5)
  })
})

describe('flipped bits', () => {
  const maps = '560000000000-560000010000 rw-p 00000000 00:00 0 '
  const rax = 0x5600_0000_1000n ^ (1n << 40n)

  test('are offered for the address and for the register it came from', () => {
    const info = crash({ code: '8b00', registers: { rax }, address: rax, maps })
    expect(info.possible_bit_flips).toMatchObject([
      { address: '0x0000560000001000', confidence: 0.25, source_register: null },
      { address: '0x0000560000001000', confidence: 0.25, source_register: 'rax' },
    ])
  })

  test('gain from registers near the right address and lose by poison', () => {
    const near = crash({ code: '8b00', registers: { rax, rbx: 0x5600_0000_1800n }, address: rax, maps })
    expect(near.possible_bit_flips?.[0]).toMatchObject({ confidence: 0.625, details: { nearby_registers: 1 } })
    const poisoned = crash({ code: '8b00', registers: { rax, rbx: 0xe5e5_e5e5_e5e5_e5e5n }, address: rax, maps })
    expect(poisoned.possible_bit_flips?.[0]).toMatchObject({ confidence: 0.125, details: { poison_registers: true } })
  })

  test('are not offered for a good address, for a miss by less than the access, and on 32 bits', () => {
    expect(crash({ code: '8b00', registers: { rax: 0x5600_0000_2000n }, address: 0x5600_0000_2000n, maps }).possible_bit_flips).toBeNull()
    const justBehind = 0x5600_0001_0001n
    expect(crash({ code: '8b00', registers: { rax: justBehind }, address: justBehind, maps }).possible_bit_flips).toBeNull()
    const low = '00400000-00500000 r--p 00000000 00:00 0 '
    expect(
      crash({ code: '8b00', registers: { eax: 0x80_0000n }, address: 0x80_0000n, maps: low, cpu: 'x86' }).possible_bit_flips,
    ).toBeNull()
  })

  test('must lead to memory that permits what was tried', () => {
    const region: [bigint, bigint, number] = [0x5600_0000_0000n, 0x1_0000n, 0x02]
    const read = crash({ code: '8b00', registers: { rax }, windows: accessViolation(0n, rax), regions: [region] })
    expect(read.possible_bit_flips).toHaveLength(2)
    const write = crash({ code: '8900', registers: { rax }, windows: accessViolation(1n, rax), regions: [region] })
    expect(write.possible_bit_flips).toBeNull()
  })
})

test('a small region without permissions beside accessible memory is a guard page', () => {
  const maps = (size: string) => `7f0000000000-7f00000${size} ---p 00000000 00:00 0 \n7f00000${size}-7f0000100000 rw-p 00000000 00:00 0 `
  const at = (text: string) => crash({ code: '8b00', registers: { rax: 0x7f00_0000_0010n }, address: 0x7f00_0000_0010n, maps: text })
  expect(at(maps('01000')).memory_accesses).toMatchObject([{ is_likely_guard_page: true }])
  expect(at(maps('09000')).memory_accesses?.[0]).not.toHaveProperty('is_likely_guard_page')
  const alone = '7f0000000000-7f0000001000 ---p 00000000 00:00 0 \n7f0000002000-7f0000003000 rw-p 00000000 00:00 0 '
  expect(at(alone).memory_accesses?.[0]).not.toHaveProperty('is_likely_guard_page')
})

describe('a reason that cannot be', () => {
  test.each([
    ['a division by zero without a division', { code: '90', linux: { code: 8, flags: 1 } }, ['int_div_by_zero_not_possible']],
    ['a division by zero with one', { code: 'f7f1', linux: { code: 8, flags: 1 } }, []],
    [
      'a privileged instruction that is none',
      { code: '90', windows: { code: 0xc000_0096 } },
      ['priv_instruction_crash_without_priv_instruction'],
    ],
    ['a privileged instruction', { code: 'f4', windows: { code: 0xc000_0096 } }, []],
    [
      'an access that the instruction does not make',
      { code: '8b00', registers: { rax: 0x5000n }, windows: accessViolation(0n, 0x9000n) },
      ['crashing_access_not_found_in_memory_accesses'],
    ],
    ['an access that it makes', { code: '8b00', registers: { rax: 0x9000n }, windows: accessViolation(0n, 0x9002n) }, []],
    [
      'a write by an instruction that reads',
      { code: '8b00', registers: { rax: 0x9000n }, windows: accessViolation(1n, 0x9000n) },
      ['crashing_access_not_found_in_memory_accesses'],
    ],
    [
      'a violation where the access is permitted',
      { code: '8b00', registers: { rax: 0x9000n }, windows: accessViolation(0n, 0x9000n), regions: [[0x9000n, 0x1000n, 0x02]] },
      ['access_violation_when_access_allowed'],
    ],
    [
      'an address that is canonical after all',
      { code: '0f2e00', registers: { rax: 0x9000n }, windows: accessViolation(0n, highest) },
      ['non_canonical_address_falsely_reported'],
    ],
    [
      'an alignment fault, which looks the same',
      { code: '0f2800', registers: { rax: 0x9001n }, windows: accessViolation(0n, highest) },
      [],
    ],
    ['an execution elsewhere', { code: '90', windows: accessViolation(8n, 0x9000n) }, ['crashing_access_not_found_in_memory_accesses']],
    [
      'a stack overflow without an access',
      { code: '39c8', windows: { code: 0xc000_00fd } },
      ['crashing_access_not_found_in_memory_accesses'],
    ],
    ['a stack overflow of a push', { code: '6a00', windows: { code: 0xc000_00fd } }, []],
  ] satisfies [string, Situation, string[]][])('%s', (_title, situation, expected) => {
    expect(crash(situation).crash_inconsistencies).toEqual(expected)
  })
})

test('without a decoder the map of memory still speaks', () => {
  const info = synthCrash({
    systemInfo: { os: 'Windows NT' },
    threads: [{ id: 1 }],
    memoryInfo: [
      { baseAddress: 0x9000n, size: 0x1000n, protection: 2, allocationBase: 0n, allocationProtection: 2, state: 0x1000, type: 0x2_0000 },
    ],
    exception: { threadId: 1, ...accessViolation(0n, 0x9000n), context: { registers: {} } },
  }).crash_info
  expect(info).toMatchObject({ instruction: null, crash_inconsistencies: ['access_violation_when_access_allowed'] })
})
