import type { SymbolModule } from '@crashkeep/server/api-types'
import type { JSX } from 'preact'
import { Copyable } from '../../parts/copy-button.tsx'
import { Time } from '../../parts/time.tsx'
import { bytes, count } from '../../text/number.ts'
import { ConflictingFiles } from './conflicting-files.tsx'

const words: Readonly<Record<SymbolModule['state'], readonly [mark: string, word: string, why: string]>> = {
  present: ['✓', 'present', 'A symbol file with this id is stored'],
  missing: ['○', 'missing', 'No symbol file with this id is stored'],
  conflict: ['!', 'conflict', 'Different files were uploaded for this id; the first one is used'],
}

const lackWords: Readonly<Record<string, string>> = {
  functions: 'no names of functions: upload the debug file',
  unwind: 'no unwind information: upload the program',
}

export function SymbolTable({
  project,
  modules,
  missingOnly,
}: {
  readonly project: string
  readonly modules: readonly SymbolModule[]
  readonly missingOnly: boolean
}): JSX.Element {
  if (modules.length === 0) {
    return (
      <section class="blank blank-small">
        <h3>{missingOnly ? 'Nothing is missing' : 'No modules yet'}</h3>
        <p class="dim">
          {missingOnly ? 'Every module that a stack went through has its symbols.' : 'Modules appear with the first processed dump.'}
        </p>
      </section>
    )
  }
  return (
    <div class="scroll-x">
      <table class="table">
        <thead>
          <tr>
            <th scope="col">Upload this file</th>
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
            <SymbolRow key={`${module.debugFile}${module.debugId}`} project={project} module={module} />
          ))}
        </tbody>
      </table>
    </div>
  )
}

function SymbolRow({ project, module }: { readonly project: string; readonly module: SymbolModule }): JSX.Element {
  const [mark, word, why] = words[module.state]
  const { file, codeFile } = module
  return (
    <tr>
      <td>
        <strong>{module.debugFile === '' ? '(unnamed)' : symFileName(module.debugFile)}</strong>
        {codeFile === null || codeFile === module.debugFile ? null : <span class="dim"> of {codeFile}</span>}
        {module.state !== 'missing' || isScript(module) ? null : (
          <div class="dim">
            <Copyable text={uploadLine(project, module)} what={`command that uploads ${module.debugFile}`} />
          </div>
        )}
        {file === null || file.lacks.length === 0 ? null : (
          <div class="dim">{file.lacks.map((part) => lackWords[part] ?? part).join('; ')}</div>
        )}
        <ConflictingFiles project={project} module={module} />
      </td>
      <td>
        {/^0*$/.test(module.debugId) ? (
          <span class="dim">none: built without one</span>
        ) : (
          <Copyable text={module.debugId} what={`debug id of ${module.debugFile}`} />
        )}
      </td>
      <td class="cell-number">{count(module.reports)}</td>
      <td class="cell-number">{module.installations === 0 ? <span class="dim">–</span> : count(module.installations)}</td>
      <td>
        <span class={`symbols-${module.state}`} title={why}>
          <span aria-hidden="true">{mark}</span> {word}
        </span>
      </td>
      <td>{module.lastSeen === null ? null : <Time at={module.lastSeen} />}</td>
      <td class="dim">
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

/** Scripts stand in this list with their release in the place of the id. */
function isScript({ debugId }: SymbolModule): boolean {
  return debugId.startsWith('RELEASE:')
}

/** A debug file or a `.sym`: the command tells them apart. */
function uploadLine(project: string, { debugFile }: SymbolModule): string {
  const file = /^[\w.+-]+$/.test(debugFile) ? debugFile : `'${debugFile.replaceAll("'", "'\\''")}'`
  return `crashkeep symbols upload --project ${project} PATH/TO/${file}`
}

/** The usual name of a module's symbol file: `app.pdb` → `app.sym`, `libfoo.so` → `libfoo.so.sym`. */
export function symFileName(debugFile: string): string {
  return `${debugFile.replace(/\.pdb$/i, '')}.sym`
}
