import type { ComponentChildren, JSX } from 'preact'
import type { ApiFailure } from '../api/client.ts'

interface NoticeProps {
  readonly tone: 'calm' | 'warning' | 'error'
  readonly title: string
  readonly children?: ComponentChildren
}

export function Notice({ tone, title, children }: NoticeProps): JSX.Element {
  return (
    <div class={`notice notice-${tone}`} role={tone === 'error' ? 'alert' : 'status'}>
      <strong class="notice-title">
        {tone === 'error' ? <span aria-hidden="true">✕ </span> : null}
        {title}
      </strong>
      {children === undefined ? null : <div class="notice-body">{children}</div>}
    </div>
  )
}

/** What failed, what stays, what to do next. */
export function FailureNotice(props: {
  readonly failure: ApiFailure
  readonly what: string
  readonly retry?: () => void
  readonly kept?: boolean
}): JSX.Element {
  const { failure, what, retry, kept } = props
  return (
    <Notice tone="error" title={`${what}: ${failure.message}`}>
      <p class="row">
        {kept === true ? <span>What you see below is older.</span> : null}
        {retry === undefined ? null : (
          <button type="button" class="button" onClick={retry}>
            Try again
          </button>
        )}
        <span class="dim">
          Code <code>{failure.code}</code>
          {failure.status > 0 ? `, status ${failure.status}` : ''}
        </span>
      </p>
    </Notice>
  )
}
