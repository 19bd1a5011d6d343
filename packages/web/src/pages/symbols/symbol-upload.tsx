import type { SymbolUploaded } from '@crashkeep/server/api-types'
import type { JSX } from 'preact'
import { useRef, useState } from 'preact/hooks'
import { apiUpload, asFailure } from '../../api/client.ts'
import { useSession } from '../../api/session.ts'
import { Icon } from '../../parts/icons.tsx'
import { counted } from '../../text/number.ts'

interface Line {
  readonly name: string
  readonly words: string
  readonly failed: boolean
}

export function SymbolUpload({ project, onUploaded }: { readonly project: string; readonly onUploaded: () => void }): JSX.Element {
  const { me } = useSession()
  const input = useRef<HTMLInputElement>(null)
  const [lines, setLines] = useState<readonly Line[]>([])
  const [busy, setBusy] = useState('')
  const [over, setOver] = useState(false)
  const may = me.scopes.includes('upload-symbols') || me.scopes.includes('administer')

  /** One after the other: symbol files are large, and one failure shall not take the others along. */
  const send = async (files: readonly File[]) => {
    setLines([])
    for (const file of files) {
      setBusy(file.name)
      const line = await sendOne(project, file)
      setLines((before) => [...before, line])
    }
    setBusy('')
    onUploaded()
  }
  if (!may) return <p class="dim">Your token may not upload symbols; one with the right upload-symbols may.</p>
  return (
    <>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: dropping is a second way; the button is the first. */}
      <div
        class={over ? 'target target-over' : 'target'}
        onDragOver={(event) => {
          event.preventDefault()
          setOver(true)
        }}
        onDragLeave={() => setOver(false)}
        onDrop={(event) => {
          event.preventDefault()
          setOver(false)
          void send([...(event.dataTransfer?.files ?? [])])
        }}
      >
        <button type="button" class="button button-main" disabled={busy !== ''} onClick={() => input.current?.click()}>
          <Icon name="upload" />
          <span>{busy === '' ? 'Upload symbols' : `Uploading ${busy}…`}</span>
        </button>
        <span class="dim">
          or drop them here: .sym files, programs and debug files (ELF, PE, PDB, Mach-O), zips of them. Or{' '}
          <code>crashkeep symbols upload FILE…</code>. Reports that lacked a file are processed again by themselves.
        </span>
        <input
          ref={input}
          type="file"
          multiple
          class="off-screen"
          tabIndex={-1}
          aria-label="Symbol files to upload"
          onChange={(event) => {
            const files = [...(event.currentTarget.files ?? [])]
            event.currentTarget.value = ''
            if (files.length > 0) void send(files)
          }}
        />
      </div>
      <ul class="outcomes" aria-live="polite">
        {lines.map((line) => (
          <li key={line.name} class={line.failed ? 'outcome-failed' : ''}>
            <span aria-hidden="true">{line.failed ? '✕' : '✓'}</span> <strong>{line.name}</strong> {line.words}
          </li>
        ))}
      </ul>
    </>
  )
}

async function sendOne(project: string, file: File): Promise<Line> {
  try {
    const done = await apiUpload<SymbolUploaded>(`/symbols?${new URLSearchParams({ project, name: file.name })}`, file)
    return { name: file.name, words: outcomeWords(done), failed: done.outcome === 'conflict' || done.refused.length > 0 }
  } catch (reason) {
    return { name: file.name, words: asFailure(reason).message, failed: true }
  }
}

/** An archive is told of as a whole, with the first file that was no good. */
export function outcomeWords(done: SymbolUploaded): string {
  const [refused] = done.refused
  const bad = refused === undefined ? '' : `; ${counted(done.refused.length, 'file')} refused, first ${refused.name}: ${refused.message}`
  const again = done.reprocessing === 0 ? '' : `; ${counted(done.reprocessing, 'report')} processed again`
  const files = done.modules.length + done.sourceMaps.length
  if (done.modules.length === 0 || files > 1) return `${counted(files, 'module')} stored${again}${bad}`
  const module = `${done.debugFile} ${done.debugId}`
  if (done.outcome === 'present') return `was stored already, as ${module}${bad}`
  if (done.outcome === 'conflict')
    return `differs from the file that is stored for ${module}; both are kept, and the one that was there is used until you choose${bad}`
  if (done.outcome === 'completed') return `completed what was stored for ${module}${again}${bad}`
  return `stored as ${module}${again}${bad}`
}
