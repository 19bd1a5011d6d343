import {
  bytesSource,
  describeMinidump,
  formatDump,
  MinidumpError,
  readCrashpadReportId,
  readMinidump,
} from '../../packages/minidump/dist/index.js'
import { realDumps } from '../fixtures.ts'
import { synthDumps } from '../synth.ts'
import type { Target } from '../target.ts'

export const dumpTarget: Target = {
  name: 'dump',
  kind: 'binary',
  seeds: () => [...synthDumps(), ...realDumps()],
  run: (input) => {
    try {
      const dump = readMinidump(bytesSource(input))
      return `${readCrashpadReportId(bytesSource(input))} ${JSON.stringify(describeMinidump(dump))} ${formatDump(dump)}`
    } catch (error) {
      if (error instanceof MinidumpError) return `${error.code} ${error.message}`
      throw error
    }
  },
}
