import { readFileSync, statSync } from 'node:fs'
import { generateJavaScriptSignature, parseJavaScriptStack, route, rulesVersion } from '@crashkeep/signature'
import type { ProcessedBrowserCrash } from '../api/schema.ts'
import type { PageFacts } from '../store/database/report-index.ts'
import { senderFact } from '../store/sender-facts.ts'
import { plainRelease } from '../store/source-map-store.ts'
import type { Analysis } from './analysis.ts'
import { boundedSteps, cut } from './bounded.ts'
import { browserName } from './browser-name.ts'
import { readBrowserReport } from './browser-report.ts'
import { describeBrowserCrash } from './describe-browser-crash.ts'
import { processLimits } from './limits.ts'
import { mergeDocuments, type ToldDocument } from './merge-documents.ts'
import type { ReportTask } from './messages.ts'
import { debugIdsOf, originalStack, type StackSource, writtenFrames } from './original-stack.ts'
import { processorVersion } from './processed-header.ts'
import { UnreadableReport } from './unreadable-report.ts'

export async function analyseBrowser(task: ReportTask, findSymbols: StackSource['findSymbols']): Promise<Analysis> {
  const first = readDocument(task.inputPath, task.receivedAt)
  const { main, others } = mergeDocuments([first, ...(task.documents ?? []).flatMap(({ path, receivedAt }) => readOther(path, receivedAt))])
  const { crash, stackText } = main
  const frames = parseJavaScriptStack(stackText).frames.slice(0, processLimits.maxBrowserFrames)
  const release = plainRelease(crash.context.release ?? senderFact(new Map(task.fields), 'version'))
  const debugIds = debugIdsOf(crash.context.debugIds)
  const { stack, modules, problems } = await originalStack(frames, { release, debugIds, findSymbols })
  const processed: ProcessedBrowserCrash = {
    ...crash,
    stack,
    stackMissing: crash.stackMissing ?? (frames.length === 0 ? 'unreadable' : null),
    documents: others,
  }
  const { signature, protoSignature, notes, steps } = generateJavaScriptSignature({
    kind: 'browser',
    frames: writtenFrames(stack),
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
      page: pageFacts(processed),
      problems,
      modules,
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
      problems,
    },
    crashJson: JSON.stringify(processed),
  }
}

function readDocument(path: string, receivedAt: number): ToldDocument {
  const { size } = statSync(path)
  if (size > processLimits.maxBrowserReportBytes) {
    throw new UnreadableReport(
      'not_a_report',
      `The file has ${size} bytes; a browser's report has at most ${processLimits.maxBrowserReportBytes}.`,
    )
  }
  return { ...readBrowserReport(readFileSync(path, 'utf8')), receivedAt }
}

/** What was added to a report cannot make it unreadable. */
function readOther(path: string, receivedAt: number): ToldDocument[] {
  try {
    return [readDocument(path, receivedAt)]
  } catch (error) {
    if (error instanceof UnreadableReport) return []
    throw error
  }
}

function pageFacts({ url, userAgent, visibilityState, isTopLevel }: ProcessedBrowserCrash): PageFacts {
  return {
    route: url === null ? null : cut(route(url), 256),
    browser: browserName(userAgent),
    visibility: visibilityState,
    frame: isTopLevel === null ? null : isTopLevel ? 'top level' : 'embedded',
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
