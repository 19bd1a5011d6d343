import type { SymbolConflicts, SymbolModule, SymbolsPreferred } from '@crashkeep/server/api-types'
import type { ComponentChildren, JSX } from 'preact'
import { useState } from 'preact/hooks'
import { apiSend, asFailure } from '../../api/client.ts'
import { useSession } from '../../api/session.ts'
import { useResource } from '../../api/use-resource.ts'
import { Folded } from '../../parts/section.tsx'
import { Time } from '../../parts/time.tsx'
import { bytes, counted } from '../../text/number.ts'
import { lackWords } from './lack-words.ts'
import { symFileName } from './sym-file-name.ts'

type File = SymbolConflicts['items'][number]

interface Props {
  readonly project: string
  readonly module: SymbolModule
  /** Another file serves now. */
  readonly onPreferred: () => void
}

/** All modules of which a person has to choose a file; nothing where there is none. */
export function Conflicts({
  project,
  modules,
  onPreferred,
}: {
  readonly project: string
  readonly modules: readonly SymbolModule[]
  readonly onPreferred: () => void
}): JSX.Element | null {
  if (modules.length === 0) return null
  const open = modules.filter(isOpen).length
  return (
    <Folded
      id="conflicts"
      title="Different files for one id"
      note={
        open === 0
          ? `${counted(modules.length, 'module')}, all decided; a choice can be changed`
          : `${counted(open, 'module')} to decide: one file serves, and you say which${modules.length > open ? `; ${modules.length - open} decided` : ''}`
      }
      render={() => (
        <ul class="plain">
          {modules
            .toSorted((a, b) => Number(isOpen(b)) - Number(isOpen(a)))
            .map((module) => (
              <li key={`${module.file?.scope}${module.debugFile}${module.debugId}`}>
                <strong>{module.debugFile}</strong> <code class="dim">{module.debugId}</code>
                <ConflictingFiles project={project} module={module} onPreferred={onPreferred} />
              </li>
            ))}
        </ul>
      )}
    />
  )
}

/** Files that were sent for an id that another file serves: one of both is wrong, and only a person can say which. */
export function ConflictingFiles(props: Props): JSX.Element | null {
  const [opened, setOpened] = useState(false)
  const { file } = props.module
  if (file === null || file.conflicts + file.settled === 0) return null
  return (
    <details class="conflicts dim" onToggle={(event) => event.currentTarget.open && setOpened(true)}>
      <summary>
        {file.conflicts > 0
          ? `${counted(file.conflicts, 'different file')} kept aside`
          : `Decided; ${counted(file.settled, 'other file')} kept aside`}
      </summary>
      {opened ? <List {...props} /> : null}
    </details>
  )
}

/** As the audit has it: `token:ID name`. */
function actorName(actor: string): string {
  return actor.replace(/^\w+:\S+ /, '')
}

function isOpen({ file }: SymbolModule): boolean {
  return (file?.conflicts ?? 0) > 0
}

function List({ project, module, onPreferred }: Props): JSX.Element {
  const { me } = useSession()
  const { debugFile, debugId } = module
  const path = `/symbols/conflicts?${new URLSearchParams({ project, debugFile, debugId })}`
  const { data, failure, reload } = useResource<SymbolConflicts>(path)
  const [said, setSaid] = useState('')
  const [busy, setBusy] = useState(false)
  const prefer = async ({ scope, sha256 }: File) => {
    setBusy(true)
    try {
      const query = new URLSearchParams(scope === 'shared' ? { shared: 'true' } : { project })
      const { reprocessing } = await apiSend<SymbolsPreferred>('POST', `/symbols/prefer?${query}`, { debugFile, debugId, sha256 })
      setSaid(`${sha256.slice(0, 12)} serves now${reprocessing === 0 ? '' : `; ${counted(reprocessing, 'report')} processed again`}.`)
      reload()
      onPreferred()
    } catch (reason) {
      setSaid(asFailure(reason).message)
    }
    setBusy(false)
  }
  if (failure !== undefined) return <p>{failure.message}</p>
  const [serves] = data?.serving ?? []
  const mayPrefer = me.scopes.includes('triage')
  return (
    <>
      <ul class="conflict-files">
        {serves === undefined ? null : (
          <FileLine project={project} module={module} file={serves}>
            <strong>serves</strong>
            {mayPrefer && data?.items.some(({ scope, settledAt }) => scope === serves.scope && settledAt === null) ? (
              <button type="button" class="button button-small" disabled={busy} onClick={() => void prefer(serves)}>
                Keep this one
              </button>
            ) : null}
          </FileLine>
        )}
        {data?.items.map((file) => (
          <FileLine key={`${file.scope}${file.sha256}`} project={project} module={module} file={file}>
            {mayPrefer ? (
              <button type="button" class="button button-small" disabled={busy} onClick={() => void prefer(file)}>
                Use this one
              </button>
            ) : (
              <span>kept aside</span>
            )}
          </FileLine>
        ))}
      </ul>
      <p aria-live="polite">{said}</p>
    </>
  )
}

function FileLine({
  project,
  module: { debugFile, debugId },
  file,
  children,
}: Pick<Props, 'project' | 'module'> & { readonly file: File; readonly children: ComponentChildren }): JSX.Element {
  const { sha256, size, uploadedAt, uploadedBy, lacks, scope, settledAt, settledBy } = file
  const place = [debugFile, debugId, symFileName(debugFile)].map(encodeURIComponent).join('/')
  return (
    <li>
      <span class="conflict-choice">{children}</span>
      <span>
        <a href={`/api/v1/symbols/${place}?${new URLSearchParams({ project, sha256 })}`} download={symFileName(debugFile)}>
          <code>{sha256.slice(0, 12)}</code>
        </a>{' '}
        {bytes(size)}, <Time at={uploadedAt} />, by {actorName(uploadedBy)}
        {scope === 'shared' ? ', for every project' : ''}
        {lacks.map((part) => `; ${lackWords[part]?.lacks ?? part}`).join('')}
        {settledAt === null ? null : (
          <>
            ; decided against <Time at={settledAt} />
            {settledBy === null ? null : ` by ${actorName(settledBy)}`}
          </>
        )}
      </span>
    </li>
  )
}
