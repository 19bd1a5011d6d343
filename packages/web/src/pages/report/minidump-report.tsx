import type { ReportDetail } from '@crashkeep/server/api-types'
import type { JSX } from 'preact'
import { useMemo, useState } from 'preact/hooks'
import { CopyButton, copyText } from '../../parts/copy-button.tsx'
import { Section } from '../../parts/section.tsx'
import { useShortcuts } from '../../parts/shortcuts.ts'
import type { Crash, Thread } from '../../stack/crash.ts'
import { ScriptStack } from '../../stack/script-stack.tsx'
import { stackText } from '../../stack/stack-text.ts'
import { StackView } from '../../stack/stack-view.tsx'
import { counted } from '../../text/number.ts'
import { MissingSymbols } from './missing-symbols.tsx'
import { Modules } from './modules.tsx'
import { Registers } from './registers.tsx'
import { SymbolAnswers } from './symbol-answers.tsx'
import { Threads } from './threads.tsx'

export function MinidumpReport({ report, crash }: { readonly report: ReportDetail; readonly crash: Crash }): JSX.Element {
  const [threadsOpen, setThreadsOpen] = useState(false)
  const [said, setSaid] = useState('')
  const text = useMemo(() => stackText(crash, report.sentence ?? crash.sentence, location.href), [crash, report.sentence])
  const crashing = crash.crashingThread === undefined ? undefined : crash.threads[crash.crashingThread]
  const shown = crashing ?? crash.threads[0]
  useShortcuts({
    c: () => {
      void copyText(text).then((done) => setSaid(done ? 'Stack copied' : 'The stack could not be copied'))
    },
    t: () => {
      setThreadsOpen(!threadsOpen)
      document.getElementById('threads')?.scrollIntoView({ block: 'nearest' })
    },
  })
  const others = crash.threads.filter((thread) => thread !== shown)
  return (
    <>
      <Section
        id="stack"
        title={crashing === undefined ? 'First thread' : 'Crashing thread'}
        note={shown === undefined ? undefined : threadNote(shown, crashing === undefined)}
        aside={<CopyButton text={text} what="stack as text" label="Copy stack" />}
      >
        <span class="off-screen" role="status">
          {said}
        </span>
        {crash.assertion === undefined ? null : <p class="assertion">{crash.assertion}</p>}
        {shown === undefined ? (
          <p class="dim">The dump holds no threads.</p>
        ) : (
          <StackView frames={shown.frames} crashing={crashing !== undefined} label="Frames, innermost first" />
        )}
        {crash.notes.length === 0 ? null : (
          <ul class="notes">
            {crash.instruction === undefined ? null : (
              <li>
                Instruction <code>{crash.instruction}</code>
              </li>
            )}
            {crash.notes.map((note) => (
              <li key={note}>{note}</li>
            ))}
          </ul>
        )}
        <MissingSymbols crash={crash} project={report.project} />
      </Section>
      {crash.scriptStack.length === 0 ? null : (
        <Section id="script-stack" title="JavaScript" note="what the script was doing">
          <ScriptStack frames={crash.scriptStack} />
        </Section>
      )}
      {others.length === 0 ? null : <Threads threads={others} open={threadsOpen} onToggle={setThreadsOpen} />}
      {crash.registers.length === 0 ? null : <Registers crash={crash} />}
      <Modules crash={crash} />
      <SymbolAnswers reportId={report.id} project={report.project} />
    </>
  )
}

function threadNote(thread: Thread, isGuess: boolean): string {
  const id = thread.id === undefined ? `thread ${thread.index}` : `thread ${thread.index}, id ${thread.id}`
  const parts = [thread.name, id, counted(thread.frames.length, 'frame'), isGuess ? 'the dump names no crashing thread' : undefined]
  return parts.filter((part) => part !== undefined).join(' · ')
}
