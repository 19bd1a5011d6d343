import type { ComponentChildren, JSX } from 'preact'
import { useEffect, useRef } from 'preact/hooks'

interface DialogProps {
  readonly title: string
  readonly onClose: () => void
  readonly children: ComponentChildren
}

export function Dialog({ title, onClose, children }: DialogProps): JSX.Element {
  const ref = useRef<HTMLDialogElement>(null)
  useEffect(() => {
    const dialog = ref.current
    dialog?.showModal()
    return () => dialog?.close()
  }, [])
  return (
    <dialog ref={ref} class="dialog" aria-label={title} onClose={onClose}>
      <header class="section-head">
        <h2>{title}</h2>
        <span class="section-aside">
          <button type="button" class="button" onClick={() => ref.current?.close()}>
            Close
          </button>
        </span>
      </header>
      {children}
    </dialog>
  )
}
