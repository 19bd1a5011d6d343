import { describe, expect, it } from 'vitest'
import { commandsFor } from './debugger-lines.ts'

const titles = (os: string | undefined) =>
  commandsFor({ id: 'r1', dumpAddress: 'https://crash.example/d', os }).map(({ title }) => title.split(/[ ,]/)[0])

describe('commandsFor', () => {
  it('begins with the debugger of the system that the dump is from', () => {
    expect(titles('Windows NT')).toEqual(['Fetch', 'WinDbg', 'lldb', 'Without'])
    expect(titles('Linux')).toEqual(['Fetch', 'lldb', 'gdb', 'WinDbg', 'Without'])
    expect(titles(undefined)).toEqual(['Fetch', 'lldb', 'WinDbg', 'Without'])
  })
  it('gives lines that run as they are', () => {
    expect(commandsFor({ id: 'r1', dumpAddress: 'https://crash.example/d', os: 'Linux' })[0]?.lines).toBe(
      'curl -f -H "Authorization: Bearer $CRASHKEEP_TOKEN" \\\n  -o r1.dmp \\\n  \'https://crash.example/d\'',
    )
  })
})
