import type { ComponentChildren, JSX } from 'preact'
import { useRef, useState } from 'preact/hooks'
import { type ApiFailure, apiUpload, asFailure } from '../api/client.ts'
import { navigate } from '../router/location.ts'
import { pathTo } from '../router/route.ts'
import { Icon } from './icons.tsx'
import { FailureNotice } from './notice.tsx'

/** Sends a dump by hand and goes to its report, which then updates by itself. */
async function uploadDump(project: string, file: File): Promise<void> {
  const form = new FormData()
  form.set('upload_file_minidump', file, file.name)
  const { id } = await apiUpload<{ id: string }>(`/projects/${encodeURIComponent(project)}/reports`, form)
  navigate(pathTo({ page: 'report', project, id }))
}

export function UploadButton({ project }: { readonly project: string }): JSX.Element {
  const input = useRef<HTMLInputElement>(null)
  const { send, busy, failure } = useUpload(project)
  return (
    <>
      <button type="button" class="button" disabled={busy} onClick={() => input.current?.click()}>
        <Icon name="upload" />
        <span>{busy ? 'Uploading…' : 'Upload a dump'}</span>
      </button>
      <input
        ref={input}
        type="file"
        class="off-screen"
        tabIndex={-1}
        aria-label="Minidump to upload"
        accept=".dmp,.mdmp,application/octet-stream"
        onChange={(event) => {
          const file = event.currentTarget.files?.[0]
          event.currentTarget.value = ''
          if (file !== undefined) void send(file)
        }}
      />
      {failure === undefined ? null : <FailureNotice failure={failure} what="The upload" />}
    </>
  )
}

/** The whole page takes a dropped file. */
export function DropZone({ project, children }: { readonly project: string; readonly children: ComponentChildren }): JSX.Element {
  const [over, setOver] = useState(false)
  const { send, busy, failure } = useUpload(project)
  const hasFile = (event: DragEvent) => event.dataTransfer?.types.includes('Files') === true
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: dropping is a second way; the button is the first.
    <div
      class={over ? 'drop drop-over' : 'drop'}
      onDragOver={(event) => {
        if (!hasFile(event)) return
        event.preventDefault()
        setOver(true)
      }}
      onDragLeave={(event) => event.currentTarget === event.target && setOver(false)}
      onDrop={(event) => {
        if (!hasFile(event)) return
        event.preventDefault()
        setOver(false)
        const file = event.dataTransfer?.files[0]
        if (file !== undefined) void send(file)
      }}
    >
      {over || busy ? <div class="drop-sign">{busy ? 'Uploading…' : 'Drop the dump to add it to this project'}</div> : null}
      {failure === undefined ? null : <FailureNotice failure={failure} what="The upload" />}
      {children}
    </div>
  )
}

function useUpload(project: string): { send: (file: File) => Promise<void>; busy: boolean; failure: ApiFailure | undefined } {
  const [busy, setBusy] = useState(false)
  const [failure, setFailure] = useState<ApiFailure>()
  const send = async (file: File) => {
    setBusy(true)
    setFailure(undefined)
    try {
      await uploadDump(project, file)
    } catch (reason) {
      setFailure(asFailure(reason))
    }
    setBusy(false)
  }
  return { send, busy, failure }
}
