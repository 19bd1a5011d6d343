import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { stack, synthDump } from '@crashkeep/minidump/synth'

export const debugId = '33221100554477668899AABBCCDDEEFF0'

/** The symbols of the module that `writeDump` makes crash. */
export const symbolText: string = [
  `MODULE Linux x86_64 ${debugId} app`,
  'FILE 0 widget.cc',
  'FUNC 1200 100 0 Widget::draw(int)',
  '1200 100 42 0',
  '',
].join('\n')

/** A program that died at 0x1234 in its one module, reading address 0. */
export function writeDump(path: string): string {
  const context = { registers: { rip: 0x401234, rsp: 0x7fff0000 } }
  const dump = synthDump({
    modules: [{ baseAddress: 0x400000n, size: 0x10000, name: '/opt/app', buildId: '00112233445566778899aabbccddeeff00112233' }],
    threads: [
      { id: 7, stack: stack(0x7fff0000n, [0n, 0n]), context },
      { id: 8, stack: stack(0x7ffe0000n, [0n, 0n]), context: { registers: { rip: 0x402000, rsp: 0x7ffe0000 } } },
    ],
    exception: { threadId: 7, code: 11, flags: 1, address: 0n, context },
  })
  writeFileSync(path, dump)
  return path
}

/** The symbols in the usual layout, below `folder`. */
export function writeSymbols(folder: string): string {
  const path = join(folder, 'app', debugId, 'app.sym')
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, symbolText)
  return path
}
