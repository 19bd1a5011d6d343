import type { SymbolModule } from '@crashkeep/server/api-types'
import type { JSX } from 'preact'
import { Copyable } from '../../parts/copy-button.tsx'
import { Time } from '../../parts/time.tsx'
import { bytes, count } from '../../text/number.ts'

const words: Readonly<Record<SymbolModule['state'], readonly [mark: string, word: string, why: string]>> = {
  present: ['✓', 'present', 'A symbol file with this id is stored'],
  missing: ['○', 'missing', 'No symbol file with this id is stored'],
  conflict: ['!', 'conflict', 'Different files were uploaded for this id; the first one is used'],
}

export function SymbolTable({
  modules,
  missingOnly,
}: {
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
            <th scope="col">Symbols</th>
            <th scope="col">Last seen</th>
            <th scope="col">Stored</th>
          </tr>
        </thead>
        <tbody>
          {modules.map((module) => (
            <SymbolRow key={`${module.debugFile}${module.debugId}`} module={module} />
          ))}
        </tbody>
      </table>
    </div>
  )
}

function SymbolRow({ module }: { readonly module: SymbolModule }): JSX.Element {
  const [mark, word, why] = words[module.state]
  const { file, codeFile } = module
  return (
    <tr>
      <td>
        <strong>{module.debugFile === '' ? '(unnamed)' : symFileName(module.debugFile)}</strong>
        {codeFile === null || codeFile === module.debugFile ? null : <span class="dim"> of {codeFile}</span>}
      </td>
      <td>
        {/^0*$/.test(module.debugId) ? (
          <span class="dim">none: built without one</span>
        ) : (
          <Copyable text={module.debugId} what={`debug id of ${module.debugFile}`} />
        )}
      </td>
      <td class="cell-number">{count(module.reports)}</td>
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
            {file.scope === 'shared' ? ', shared' : ''}
          </>
        )}
      </td>
    </tr>
  )
}

/** The usual name of a module's symbol file: `app.pdb` → `app.sym`, `libfoo.so` → `libfoo.so.sym`. */
export function symFileName(debugFile: string): string {
  return `${debugFile.replace(/\.pdb$/i, '')}.sym`
}
