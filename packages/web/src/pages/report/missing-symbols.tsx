import type { JSX } from 'preact'
import { Copyable } from '../../parts/copy-button.tsx'
import { pathTo } from '../../router/route.ts'
import type { Crash, Module } from '../../stack/crash.ts'
import { frameOrigin } from '../../stack/frame-origin.ts'

/** Named at the stack at most; the modules' table has all. */
const maxNamed = 3

/** Which of our own modules on the crashing stack lack symbols, and what to do about it: the commonest reason for a stack nobody can read. */
export function MissingSymbols({ crash, project }: { readonly crash: Crash; readonly project: string }): JSX.Element | null {
  const missing = missingOnStack(crash)
  if (missing.length === 0) return null
  return (
    <div class="hint">
      <strong>
        {missing.length === 1 ? 'One module of this stack has no symbols.' : `${missing.length} modules of this stack have no symbols.`}
      </strong>
      <ul class="hint-modules">
        {missing.slice(0, maxNamed).map((module) => (
          <li key={`${module.name}${module.debugId}`}>
            <strong>{module.debugFile ?? module.name}</strong>{' '}
            {module.debugId === undefined ? null : <Copyable text={module.debugId} what={`debug id of ${module.name}`} />}
          </li>
        ))}
        {missing.length > maxNamed ? <li class="dim">and {missing.length - maxNamed} more, in the table of modules</li> : null}
      </ul>
      <p>
        Upload {missing.length === 1 ? 'its' : 'their'} <code>.sym</code> {missing.length === 1 ? 'file' : 'files'} on the{' '}
        <a href={pathTo({ page: 'symbols', project })}>Symbols</a> page or with <code>crashkeep symbols upload</code>; this report is then
        processed again by itself.
      </p>
    </div>
  )
}

/** In the order in which the stack first names them. */
export function missingOnStack(crash: Crash): Module[] {
  const names = new Set<string>()
  for (const frame of crash.threads[crash.crashingThread ?? 0]?.frames ?? []) {
    if (frame.function === undefined && frame.module !== undefined && frameOrigin(frame) === 'own') names.add(frame.module)
  }
  const missing = crash.modules.filter((module) => module.symbols === 'missing' || module.symbols === 'corrupt')
  return [...names].flatMap((name) => missing.find((module) => module.name === name) ?? [])
}
