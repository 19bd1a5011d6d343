/** Dumps as a process under the reporter leaves them. */
import { synthDump } from '../../packages/minidump/src/synth/index.ts'

export interface Words {
  readonly reportId?: string
  readonly clientId?: string
  readonly process?: Readonly<Record<string, string>>
  readonly own?: Readonly<Record<string, string>>
}

const stringType = 1

export function dumpThatSays(words: Words = {}): Uint8Array {
  return synthDump({
    threads: [{ id: 7 }],
    exception: { threadId: 7, code: 11, flags: 1 },
    modules: [{ baseAddress: 0x1000n, size: 0x1000, name: '/app/program' }],
    crashpad: {
      ...(words.reportId !== undefined && { reportId: words.reportId }),
      ...(words.clientId !== undefined && { clientId: words.clientId }),
      annotations: new Map(Object.entries({ prod: 'Electron', ver: '38.0.0', ...words.process })),
      modules: [
        {
          moduleIndex: 0,
          listAnnotations: [],
          simpleAnnotations: new Map(),
          annotationObjects: Object.entries({ ptype: 'browser', ...words.own }).map(([name, value]) => ({
            name,
            type: stringType,
            value: Buffer.from(value),
          })),
        },
      ],
    },
  })
}
