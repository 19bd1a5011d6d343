import { stack, synthDump } from '@crashkeep/minidump/synth'

const module = { baseAddress: 0x400000n, size: 0x10000, name: '/usr/bin/app', buildId: '00112233445566778899aabbccddeeff00112233' }
const context = { registers: { rip: 0x401234n, rsp: 0x7fff0000n } }

/** Threads that all walk one large stack of addresses inside the module: all the frames that a dump may have, asked for by a few megabytes. */
export function endlessDump(): Uint8Array {
  const memory = stack(
    0x7fff0000n,
    Array.from({ length: 64_000 }, (_, index) => 0x400100n + BigInt(index % 0xf000)),
  )
  return synthDump({
    modules: [module],
    threads: Array.from({ length: 2000 }, (_, index) => ({ id: index + 1, context })),
    memory: [memory],
  })
}

/** With these each of its frames costs thousands of steps, together half a minute and more: no machine is done before a limit of seconds. */
export const endlessSymbols = `MODULE Linux x86_64 33221100554477668899AABBCCDDEEFF0 app
STACK CFI INIT 0 10000 .cfa: $rsp 8 + ${'1 + 1 - '.repeat(1000)}.ra: .cfa 8 - ^
`
