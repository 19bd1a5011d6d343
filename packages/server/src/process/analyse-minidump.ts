import { type Minidump, readMinidump } from '@crashkeep/minidump'
import { fileSource } from '@crashkeep/minidump/node'
import { crashDataFromProcessed, generateSignature, rulesVersion } from '@crashkeep/signature'
import {
  describeCrash,
  formatJson,
  type InstructionDecoder,
  needsDecoder,
  type ProcessedCrash,
  processMinidump,
} from '@crashkeep/stackwalk'
import { senderFact } from '../store/sender-facts.ts'
import type { Analysis } from './analysis.ts'
import { boundedProblems, boundedSteps, cut } from './bounded.ts'
import { modulesWithFrames } from './frame-modules.ts'
import { GivenSymbols } from './given-symbols.ts'
import { processLimits } from './limits.ts'
import type { ModuleAsked, ReportTask } from './messages.ts'
import { processorVersion } from './processed-header.ts'
import { addScriptStack, type ScriptStack, scriptStack, uncaughtError, withHeapStack } from './script-stack.ts'

/** `findSymbols` asks the parent, which alone knows the store; it answers a path, or null, for each module. */
export async function analyseMinidump(
  task: ReportTask,
  findSymbols: (modules: readonly ModuleAsked[]) => Promise<readonly (string | null)[]>,
): Promise<Analysis> {
  const source = fileSource(task.inputPath)
  try {
    const dump = readMinidump(source)
    const asked = modulesToAsk(dump)
    const symbols = new GivenSymbols(asked, await findSymbols(asked))
    const decoder = await decoderFor(dump)
    try {
      const crash = processMinidump(dump, {
        symbols,
        timeBudgetMs: processLimits.maxWalkMs,
        maxFramesPerDump: processLimits.maxFrames,
        ...(decoder === undefined ? {} : { decoder }),
      })
      const fields = new Map(task.fields)
      const script = await scriptStack(fields, new Map(Object.entries(crash.annotations)), findSymbols)
      return analysisOf(task, dump, crash, script)
    } finally {
      symbols.close()
    }
  } finally {
    source.close()
  }
}

/** A megabyte of code and 28 MB of memory, for dumps that have an instruction to read. */
async function decoderFor(dump: Minidump): Promise<InstructionDecoder | undefined> {
  if (!needsDecoder(dump)) return undefined
  const { icedDecoder } = await import('@crashkeep/stackwalk/iced')
  return icedDecoder
}

function modulesToAsk(dump: Minidump): ModuleAsked[] {
  const asked = new Map<string, ModuleAsked>()
  for (const { debugFile, debugId, name, codeId } of dump.modules) {
    if (debugFile === undefined || debugId === undefined || asked.size >= processLimits.maxModulesAsked) continue
    asked.set(`${debugFile}/${debugId}`, { debugFile, debugId, codeFile: name, ...(codeId === undefined ? {} : { codeId }) })
  }
  return [...asked.values()]
}

function analysisOf(task: ReportTask, dump: Minidump, crash: ProcessedCrash, script: ScriptStack | undefined): Analysis {
  const fields = new Map(task.fields)
  const error = uncaughtError(script)
  const { signature, protoSignature, notes, steps } =
    error?.signature ?? generateSignature(withHeapStack(crashDataFromProcessed(crash, fields), script))
  const reason = error?.reason ?? crash.crash_info.type
  const problems = boundedProblems([...(script?.problems ?? []), ...crash.problems])
  return {
    summary: {
      signature: cut(signature, processLimits.maxSignatureLength),
      rulesVersion,
      reason: reason === null ? null : cut(reason, 1000),
      platform: cut(`${crash.system_info.os} ${crash.system_info.cpu_arch}`, 200),
      crashedAt: crashTime(dump.timestamp, task.receivedAt),
      annotations: boundedAnnotations(crash.annotations),
      problems,
      modules: [...(script?.modules ?? []), ...modulesWithFrames(crash)].slice(0, processLimits.maxModulesKept),
    },
    header: {
      processorVersion,
      rulesVersion,
      processedAt: new Date(task.now).toISOString(),
      signature: {
        signature: cut(signature, processLimits.maxSignatureLength),
        protoSignature: cut(protoSignature, 20_000),
        notes: notes.slice(0, 100).map((note) => cut(note, 1000)),
        steps: boundedSteps(steps),
      },
      sentence: cut(error?.sentence ?? describeCrash(crash, senderFact(fields, 'processType')), processLimits.maxSentenceLength),
      problems,
    },
    crashJson: addScriptStack(formatJson(crash), script),
  }
}

/** A machine whose clock is wrong by more than this tells no crash time at all; reports wait for weeks in an offline machine's database. */
const maxAheadMs = 24 * 3600 * 1000
/** 2000-01-01; older dumps come from machines without a battery. */
const oldestCrash = Date.UTC(2000, 0, 1)

function crashTime(timestamp: number, receivedAt: number): number | null {
  const time = timestamp * 1000
  return time < oldestCrash || time > receivedAt + maxAheadMs ? null : Math.min(time, receivedAt)
}

function boundedAnnotations(annotations: Readonly<Record<string, string>>): [string, string][] {
  const { maxAnnotationLength, maxAnnotations } = processLimits
  return Object.entries(annotations)
    .filter(([name]) => name.length <= maxAnnotationLength)
    .slice(0, maxAnnotations)
    .map(([name, value]) => [name, cut(value, maxAnnotationLength)])
}
