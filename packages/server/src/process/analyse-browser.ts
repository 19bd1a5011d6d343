import { readFileSync, statSync } from 'node:fs'
import { generateJavaScriptSignature, parseJavaScriptStack, rulesVersion } from '@crashkeep/signature'
import type { ProcessedBrowserCrash } from '../api/schema.ts'
import type { Analysis } from './analysis.ts'
import { boundedSteps, cut } from './bounded.ts'
import { readBrowserReport } from './browser-report.ts'
import { describeBrowserCrash } from './describe-browser-crash.ts'
import { processLimits } from './limits.ts'
import type { Task } from './messages.ts'
import { processorVersion } from './processed-header.ts'
import { UnreadableReport } from './unreadable-report.ts'

export function analyseBrowser(task: Task): Analysis {
  const { size } = statSync(task.inputPath)
  if (size > processLimits.maxBrowserReportBytes) {
    throw new UnreadableReport(
      'not_a_report',
      `The file has ${size} bytes; a browser's report has at most ${processLimits.maxBrowserReportBytes}.`,
    )
  }
  const { crash, stackText } = readBrowserReport(readFileSync(task.inputPath, 'utf8'))
  const frames = parseJavaScriptStack(stackText).frames.slice(0, processLimits.maxBrowserFrames)
  const processed: ProcessedBrowserCrash = {
    ...crash,
    stack: frames,
    stackMissing: crash.stackMissing ?? (frames.length === 0 ? 'unreadable' : null),
  }
  const { signature, protoSignature, notes, steps } = generateJavaScriptSignature({
    kind: 'browser',
    frames,
    ...(crash.reason === null ? {} : { reason: crash.reason }),
    ...(crash.url === null ? {} : { url: crash.url }),
  })
  const kept = cut(signature, processLimits.maxSignatureLength)
  return {
    summary: {
      signature: kept,
      rulesVersion,
      reason: crash.reason ?? 'crash',
      platform: platformOf(crash.userAgent),
      crashedAt: null,
      annotations: [],
      problems: [],
      modules: [],
    },
    header: {
      processorVersion,
      rulesVersion,
      processedAt: new Date(task.now).toISOString(),
      signature: {
        signature: kept,
        protoSignature: cut(protoSignature, 20_000),
        notes: notes.slice(0, 100).map((note) => cut(note, 1000)),
        steps: boundedSteps(steps),
      },
      sentence: cut(describeBrowserCrash(processed), processLimits.maxSentenceLength),
      problems: [],
    },
    crashJson: JSON.stringify(processed),
  }
}

/** Order matters: Android's user agents say Linux too, iOS's say Mac OS X. */
const platforms: readonly (readonly [RegExp, string])[] = [
  [/Android/, 'Android'],
  [/iPhone|iPad/, 'iOS'],
  [/Windows NT/, 'Windows NT'],
  [/CrOS/, 'ChromeOS'],
  [/Mac OS X/, 'Mac OS X'],
  [/Linux/, 'Linux'],
]

function platformOf(userAgent: string | null): string | null {
  return platforms.find(([pattern]) => pattern.test(userAgent ?? ''))?.[1] ?? null
}
