import type { SymbolModule } from '@crashkeep/server/api-types'
import type { JSX } from 'preact'
import { AskedSummary } from '../../parts/asked-lines.tsx'
import { Copyable } from '../../parts/copy-button.tsx'
import { Time } from '../../parts/time.tsx'
import { bytes, count, counted } from '../../text/number.ts'
import { ConflictingFiles } from './conflicting-files.tsx'
import { lackSentence } from './lack-words.ts'
import { symFileName } from './sym-file-name.ts'
import { isScript, uploadLine } from './upload-line.ts'

const words: Readonly<Record<SymbolModule['state'], readonly [mark: string, word: string, why: string]>> = {
  present: ['✓', 'present', 'A symbol file with this id is stored'],
  missing: ['○', 'missing', 'No symbol file with this id is stored'],
  conflict: ['!', 'conflict', 'Different files were uploaded for this id; one of them is used'],
}

export function SymbolTable({
  project,
  modules,
  missingOnly,
  onPreferred,
}: {
  readonly project: string
  readonly modules: readonly SymbolModule[]
  readonly missingOnly: boolean
  readonly onPreferred: () => void
}): JSX.Element {
  if (modules.length === 0) {
    return (
      <section class="blank blank-small">
        <h3>{missingOnly ? 'Nothing is missing' : 'No modules yet'}</h3>
        <p class="dim">
          {missingOnly
            ? 'No processed report has a stack through a module without symbols.'
            : 'Modules appear with the first processed dump.'}
        </p>
      </section>
    )
  }
  return (
    <div class="scroll-x">
      <table class="table module-list">
        <thead>
          <tr>
            <th scope="col">{missingOnly ? 'Upload this file' : 'Module'}</th>
            <th scope="col">Debug id</th>
            <th scope="col" class="cell-number">
              Reports
            </th>
            <th scope="col" class="cell-number">
              Installations
            </th>
            <th scope="col">Symbols</th>
            <th scope="col">Last seen</th>
            <th scope="col">Stored</th>
          </tr>
        </thead>
        <tbody>
          {modules.map((module) => (
            <SymbolRow key={`${module.debugFile}${module.debugId}`} project={project} module={module} onPreferred={onPreferred} />
          ))}
        </tbody>
      </table>
    </div>
  )
}

function SymbolRow({
  project,
  module,
  onPreferred,
}: {
  readonly project: string
  readonly module: SymbolModule
  readonly onPreferred: () => void
}): JSX.Element {
  const [mark, word, why] = words[module.state]
  const { file, codeFile, state, lacking, reports } = module
  return (
    <tr>
      <td class="cell-module">
        <strong>{nameOf(module)}</strong>
        {codeFile === null || codeFile === module.debugFile ? null : <span class="dim"> of {codeFile}</span>}
        {state !== 'missing' ? null : (
          <div class="dim">
            <Copyable text={uploadLine(project, module)} what={`command that uploads ${module.debugFile}`} />
          </div>
        )}
        <AskedSummary asked={module.asked} />
        {file === null || file.lacks.length === 0 ? null : <div class="dim">{file.lacks.map(lackSentence).join('; ')}</div>}
        <ConflictingFiles project={project} module={module} onPreferred={onPreferred} />
      </td>
      <td class="cell-id">
        {/^0*$/.test(module.debugId) ? (
          <span class="dim">none: built without one</span>
        ) : (
          <Copyable text={module.debugId} what={`debug id of ${module.debugFile}`} />
        )}
      </td>
      <td class="cell-number" data-unit={reports === 1 ? 'report' : 'reports'}>
        {count(state === 'missing' ? lacking : reports)}
      </td>
      <td
        class={module.installations === 0 ? 'cell-number cell-none' : 'cell-number'}
        data-unit={module.installations === 1 ? 'installation' : 'installations'}
      >
        {module.installations === 0 ? <span class="dim">–</span> : count(module.installations)}
      </td>
      <td class="cell-symbols">
        <span class={`symbols-${state}`} title={why}>
          <span aria-hidden="true">{mark}</span> {word}
        </span>
        {state === 'missing' || lacking === 0 ? null : <div class="dim">{counted(lacking, 'report')} without it yet</div>}
      </td>
      <td class="cell-seen">{module.lastSeen === null ? null : <Time at={module.lastSeen} />}</td>
      <td class={file === null ? 'cell-none dim' : 'dim'}>
        {file === null ? (
          '–'
        ) : (
          <>
            {bytes(file.size)}, <Time at={file.uploadedAt} />
            {file.scope === 'shared' ? ', shared' : file.scope.startsWith('fetched:') ? ', from another server' : ''}
            {file.lastUsedAt === null ? null : <div>needed on {file.lastUsedAt.slice(0, 10)}</div>}
          </>
        )}
      </td>
    </tr>
  )
}

function nameOf(module: SymbolModule): string {
  if (module.debugFile === '') return '(unnamed)'
  return isScript(module) ? `${module.debugFile}.map` : symFileName(module.debugFile)
}
