import { readFileSync, statSync } from 'node:fs'
import { generateJavaScriptSignature, parseJavaScriptStack, route, rulesVersion } from '@crashkeep/signature'
import type { ProcessedBrowserCrash } from '../api/schema.ts'
import { senderFact } from '../store/sender-facts.ts'
import { plainRelease } from '../store/source-map-store.ts'
import type { Analysis } from './analysis.ts'
import { boundedSteps, cut } from './bounded.ts'
import { browserName } from './browser-name.ts'
import { describeError } from './describe-error.ts'
import { processLimits } from './limits.ts'
import type { ReportTask } from './messages.ts'
import { debugIdsOf, originalStack, type StackSource, writtenFrames } from './original-stack.ts'
import { processorVersion } from './processed-header.ts'
import { readScriptError } from './script-error.ts'
import { UnreadableReport } from './unreadable-report.ts'

/** An error that a client caught, in a script or in another language whose frames have the same parts. */
export async function analyseError(task: ReportTask, findSymbols: StackSource['findSymbols']): Promise<Analysis> {
  const { size } = statSync(task.inputPath)
  if (size > processLimits.maxErrorReportBytes) {
    throw new UnreadableReport('not_a_report', `The file has ${size} bytes; an error has at most ${processLimits.maxErrorReportBytes}.`)
  }
  const error = readScriptError(readFileSync(task.inputPath, 'utf8'))
  const frames =
    error.stack.length > 0 ? error.stack : parseJavaScriptStack(error.stackText).frames.slice(0, processLimits.maxBrowserFrames)
  const fields = new Map(task.fields)
  const release = plainRelease(senderFact(fields, 'version'))
  const debugIds = new Map([...error.debugIds, ...debugIdsOf(fields.get('debugIds'))])
  const { stack, modules, problems } = await originalStack(frames, { release, debugIds, findSymbols })
  const processed: ProcessedBrowserCrash = {
    kind: 'javascript',
    reason: error.reason,
    url: error.url,
    userAgent: error.userAgent,
    ageMs: null,
    isTopLevel: null,
    visibilityState: null,
    toldBy: null,
    context: {},
    stack,
    stackMissing: stack.length > 0 ? null : error.stackText === '' ? 'not_sent' : 'unreadable',
    neighbours: error.breadcrumbs,
    documents: [],
    extra: { handled: error.handled, causes: error.causes },
  }
  const { signature, protoSignature, notes, steps } = generateJavaScriptSignature({
    kind: 'javascript',
    frames: writtenFrames(stack),
    ...(error.reason === null ? {} : { reason: error.reason }),
    ...(error.url === null ? {} : { url: error.url }),
  })
  const kept = cut(signature, processLimits.maxSignatureLength)
  return {
    summary: {
      signature: kept,
      rulesVersion,
      reason: cut(error.reason ?? 'error', 1000),
      platform: null,
      crashedAt: null,
      annotations: [],
      page: {
        route: error.url === null ? null : cut(route(error.url), 256),
        browser: browserName(error.userAgent),
        visibility: null,
        frame: null,
      },
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
      sentence: cut(describeError(error, stack), processLimits.maxSentenceLength),
      problems,
    },
    crashJson: JSON.stringify(processed),
  }
}
