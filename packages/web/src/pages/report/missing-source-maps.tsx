import type { ProcessedBrowserCrash } from '@crashkeep/server/api-types'
import type { JSX } from 'preact'
import { CodeBlock } from '../../parts/code-block.tsx'

/** Named at the stack at most. */
const maxNamed = 3

/** Which scripts of the stack lack their source map, and the command that mends it. */
export function MissingSourceMaps({
  crash,
  release,
}: {
  readonly crash: ProcessedBrowserCrash
  readonly release: string | null
}): JSX.Element | null {
  const missing = [...new Set(crash.stack.flatMap(({ map, url }) => (map === 'missing' && url !== null ? [nameOf(url)] : [])))]
  if (missing.length === 0) return null
  const named = missing.slice(0, maxNamed).join(', ')
  const flag = release === null ? '' : ` --release ${/^[\w.@/+-]+$/.test(release) ? release : 'RELEASE'}`
  return (
    <div class="hint">
      <strong>
        {missing.length === 1
          ? `The source map of ${named} is missing`
          : `Source maps are missing: ${named}${missing.length > maxNamed ? ', …' : ''}`}
      </strong>
      <p>With it the stack shows the lines that you wrote. Upload what the build made; this report is then processed again by itself:</p>
      <CodeBlock title="In the folder of the build" code={`crashkeep symbols upload${flag} dist/`} />
    </div>
  )
}

function nameOf(url: string): string {
  return (url.split(/[?#]/, 1)[0] ?? url).split('/').at(-1)?.slice(0, 100) ?? url
}
