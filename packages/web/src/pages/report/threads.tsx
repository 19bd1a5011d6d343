import type { JSX } from 'preact'
import { useMemo, useState } from 'preact/hooks'
import type { Thread } from '../../stack/crash.ts'
import { foldThreads, type ThreadFold } from '../../stack/fold-threads.ts'
import { frameOrigin } from '../../stack/frame-origin.ts'
import { frameTitle } from '../../stack/stack-text.ts'
import { StackView } from '../../stack/stack-view.tsx'
import { counted } from '../../text/number.ts'

interface ThreadsProps {
  readonly threads: readonly Thread[]
  readonly open: boolean
  readonly onToggle: (open: boolean) => void
}

export function Threads({ threads, open, onToggle }: ThreadsProps): JSX.Element {
  const folds = useMemo(() => foldThreads(threads), [threads])
  return (
    <section class="section" id="threads" aria-labelledby="threads-title">
      <header class="section-head">
        <h2 id="threads-title">Other threads</h2>
        <span class="dim">
          {counted(threads.length, 'thread')}
          {folds.length === 1 && threads.length > 1
            ? ', all with the same stack'
            : folds.length < threads.length
              ? `, ${folds.length} different stacks`
              : ''}
        </span>
        <span class="section-aside">
          <button type="button" class="button" aria-expanded={open} onClick={() => onToggle(!open)}>
            {open ? 'Hide' : 'Show'} <kbd>t</kbd>
          </button>
        </span>
      </header>
      {open ? (
        <ul class="threads">
          {folds.map((fold) => (
            <ThreadRow key={fold.thread.index} fold={fold} />
          ))}
        </ul>
      ) : null}
    </section>
  )
}

function ThreadRow({ fold }: { readonly fold: ThreadFold }): JSX.Element {
  const { thread, threads } = fold
  const [opened, setOpened] = useState(false)
  return (
    <li>
      <details onToggle={(event) => event.currentTarget.open && setOpened(true)}>
        <summary class="thread-summary" data-row>
          <span class="thread-count">{threads.length > 1 ? `${threads.length} ×` : ''}</span>
          <span class="thread-name">{threadNames(threads)}</span>
          <span class="thread-top">{topFrames(thread)}</span>
        </summary>
        {opened ? (
          <div class="thread-body">
            {threads.length > 1 ? <p class="dim">Threads {threads.map((same) => same.id ?? same.index).join(', ')}</p> : null}
            <StackView frames={thread.frames} label={`Frames of thread ${thread.index}`} />
          </div>
        ) : null}
      </details>
    </li>
  )
}

function threadNames(threads: readonly Thread[]): string {
  const names = [...new Set(threads.flatMap((thread) => thread.name ?? []))]
  if (names.length === 0) return threads.length === 1 ? `Thread ${threads[0]?.index}` : 'unnamed'
  return names.length <= 2 ? names.join(', ') : `${names.slice(0, 2).join(', ')} +${names.length - 2}`
}

/** The innermost frame and the first of our own: where it waits and why. */
function topFrames(thread: Thread): string {
  const [top] = thread.frames
  if (top === undefined) return 'no frames'
  const own = thread.frames.find((frame) => frameOrigin(frame) === 'own' && frame.function !== undefined)
  return own === undefined || own === top ? frameTitle(top) : `${frameTitle(top)} ← ${frameTitle(own)}`
}
