import { parentPort } from 'node:worker_threads'
import { type DumpTask, dumpToFile } from './dump-to-file.ts'

/** What a thread answers to each task. */
export type DumpAnswer = { readonly result: ReturnType<typeof dumpToFile> } | { readonly failed: string }

parentPort?.on('message', (task: DumpTask) => {
  parentPort?.postMessage(answer(task))
})

function answer(task: DumpTask): DumpAnswer {
  try {
    return { result: dumpToFile(task) }
  } catch (error) {
    return { failed: error instanceof Error ? error.message : String(error) }
  }
}
