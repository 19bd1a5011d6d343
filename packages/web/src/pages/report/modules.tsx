import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import { Copyable } from '../../parts/copy-button.tsx'
import { Folded } from '../../parts/section.tsx'
import type { Crash, Module, SymbolState } from '../../stack/crash.ts'
import { counted } from '../../text/number.ts'

const words: Readonly<Record<SymbolState, readonly [mark: string, word: string, why: string]>> = {
  loaded: ['✓', 'loaded', 'Its symbol file was found and read'],
  missing: ['○', 'missing', 'No symbol file with this debug id is stored'],
  corrupt: ['✕', 'unreadable', 'A symbol file was found, but it could not be read'],
  unused: ['–', 'not needed', 'No frame lies in it, so nothing was looked for'],
}

/** Rows shown before somebody asks for all: some programs load a thousand modules. */
const shownRows = 40

export function Modules({ crash }: { readonly crash: Crash }): JSX.Element {
  const lacking = crash.modules.filter((module) => module.symbols === 'missing' || module.symbols === 'corrupt').length
  return (
    <Folded
      id="modules"
      title="Modules"
      note={`${counted(crash.modules.length, 'module')}${lacking === 0 ? '' : `, ${lacking} without symbols`}`}
      render={() => <ModuleTable crash={crash} />}
    />
  )
}

function ModuleTable({ crash }: { readonly crash: Crash }): JSX.Element {
  const [filter, setFilter] = useState('')
  const [all, setAll] = useState(false)
  const wanted = filter.trim().toLowerCase()
  const order: readonly SymbolState[] = ['corrupt', 'missing', 'loaded', 'unused']
  const found = crash.modules
    .filter((module) => wanted === '' || `${module.name} ${module.debugId ?? ''} ${module.codeId ?? ''}`.toLowerCase().includes(wanted))
    .sort((a, b) => order.indexOf(a.symbols) - order.indexOf(b.symbols))
  const rows = all ? found : found.slice(0, shownRows)
  return (
    <>
      <label class="inline-filter">
        <span class="off-screen">Filter modules</span>
        <input type="text" placeholder="Filter by name or id" value={filter} onInput={(event) => setFilter(event.currentTarget.value)} />
      </label>
      <div class="scroll-x">
        <table class="table modules">
          <thead>
            <tr>
              <th scope="col">Module</th>
              <th scope="col">Symbols</th>
              <th scope="col">Version</th>
              <th scope="col">Debug id</th>
              <th scope="col">Address</th>
            </tr>
          </thead>
          <tbody>
            {rows.map((module) => (
              <ModuleRow key={`${module.name}${module.start}`} module={module} />
            ))}
          </tbody>
        </table>
      </div>
      {rows.length === 0 ? <p class="dim">No module fits.</p> : null}
      {rows.length < found.length ? (
        <button type="button" class="link more" onClick={() => setAll(true)}>
          Show all {found.length}
        </button>
      ) : null}
      {crash.unloadedModules.length === 0 ? null : (
        <p class="dim">
          Unloaded before the crash:{' '}
          {crash.unloadedModules
            .slice(0, shownRows)
            .map((module) => module.name)
            .join(', ')}
        </p>
      )}
    </>
  )
}

function ModuleRow({ module }: { readonly module: Module }): JSX.Element {
  const [mark, word, why] = words[module.symbols]
  return (
    <tr>
      <td>
        <span class={module.isMain ? 'strong' : ''}>{module.name}</span>
        {module.isMain ? <span class="quiet-tag">program</span> : null}
      </td>
      <td>
        <span class={`symbols-${module.symbols}`} title={module.symbolsWhy ?? why}>
          <span aria-hidden="true">{mark}</span> {word}
        </span>
      </td>
      <td class="dim">{module.version === '0.0.0.0' ? '' : module.version}</td>
      <td>
        {module.debugId === undefined || /^0*$/.test(module.debugId) ? (
          <span class="dim">none</span>
        ) : (
          <Copyable text={module.debugId} what={`debug id of ${module.name}`} />
        )}
      </td>
      <td class="dim">
        <code>{module.start}</code>
      </td>
    </tr>
  )
}
