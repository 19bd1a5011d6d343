import type { JSX } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { Icon } from './icons.tsx'

/** How long the mark of success stays: long enough to be seen, short enough to copy again. */
const shownMs = 1500

export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    // Plain http on another host has no clipboard interface; the old way still works there.
    const area = document.createElement('textarea')
    area.value = text
    area.className = 'off-screen'
    document.body.append(area)
    area.select()
    const done = document.execCommand('copy')
    area.remove()
    return done
  }
}

export function CopyButton({ text, what, label }: { readonly text: string; readonly what: string; readonly label?: string }): JSX.Element {
  const [done, setDone] = useState<'no' | 'copied' | 'failed'>('no')
  useEffect(() => {
    if (done === 'no') return
    const timer = setTimeout(() => setDone('no'), shownMs)
    return () => clearTimeout(timer)
  }, [done])
  const copy = async () => setDone((await copyText(text)) ? 'copied' : 'failed')
  const says = done === 'no' ? `Copy ${what}` : done === 'copied' ? `Copied ${what}` : `Could not copy ${what}`
  return (
    <button type="button" class={label === undefined ? 'copy' : 'button'} onClick={() => void copy()} aria-label={says} title={says}>
      <Icon name={done === 'copied' ? 'check' : 'copy'} />
      {label === undefined ? null : <span>{done === 'copied' ? 'Copied' : label}</span>}
    </button>
  )
}

/** An identifier in monospace with its copy button. */
export function Copyable({ text, what, shown }: { readonly text: string; readonly what: string; readonly shown?: string }): JSX.Element {
  return (
    <span class="copyable">
      <code title={shown === undefined ? undefined : text}>{shown ?? text}</code>
      <CopyButton text={text} what={what} />
    </span>
  )
}
