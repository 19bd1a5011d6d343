import type { Me } from '@crashkeep/server/api-types'
import type { JSX } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import { type ApiFailure, apiSend, asFailure } from '../../api/client.ts'
import { forgetAll } from '../../api/use-resource.ts'
import { usePageTitle } from '../../parts/page-title.ts'
import { navigate } from '../../router/location.ts'
import { safeNext } from '../../router/route.ts'

/** A token in the fragment never reaches the server's request log; it is taken out of the address before anything else. */
function takeTokenFromFragment(): string {
  const token = new URLSearchParams(location.hash.slice(1)).get('token') ?? ''
  if (location.hash !== '') history.replaceState(null, '', location.pathname + location.search)
  return token
}

export function LoginPage(): JSX.Element {
  usePageTitle('Log in')
  const [token, setToken] = useState('')
  const [failure, setFailure] = useState<ApiFailure>()
  const [busy, setBusy] = useState(false)
  const input = useRef<HTMLInputElement>(null)

  const logIn = async (secret: string) => {
    setBusy(true)
    setFailure(undefined)
    try {
      await apiSend<Me>('POST', '/session', { token: secret })
      forgetAll()
      navigate(safeNext(new URLSearchParams(location.search).get('next')), 'replace')
    } catch (reason) {
      setFailure(asFailure(reason))
      setBusy(false)
      input.current?.focus()
    }
  }
  // Once, when the page opens.
  useEffect(() => {
    const given = takeTokenFromFragment()
    if (given !== '') void logIn(given)
    else input.current?.focus()
  }, [])

  return (
    <main class="login">
      <form
        class="login-card"
        onSubmit={(event) => {
          event.preventDefault()
          if (token.trim() !== '') void logIn(token.trim())
        }}
      >
        <svg viewBox="0 0 16 16" width="36" height="36" aria-hidden="true">
          <rect width="16" height="16" rx="3" class="brand-plate" />
          <path d="M3 9.5h2.2L6.6 4l2.6 8 1.5-4.2.8 1.7H13" class="brand-line" />
        </svg>
        <h1>Log in to Crashkeep</h1>
        <label class="field">
          <span>Token</span>
          <input
            ref={input}
            type="password"
            name="token"
            autocomplete="current-password"
            spellcheck={false}
            value={token}
            disabled={busy}
            aria-describedby="login-hint"
            aria-invalid={failure !== undefined}
            onInput={(event) => setToken(event.currentTarget.value)}
          />
        </label>
        {failure === undefined ? null : (
          <p class="login-failure" role="alert">
            {failure.message}
          </p>
        )}
        <button type="submit" class="button button-main" disabled={busy}>
          {busy ? 'Logging in…' : 'Log in'}
        </button>
        <p class="dim" id="login-hint">
          The server printed a login address when it started. The first token lies in the file <code>admin-token</code> of its data folder;
          more are made with <code>crashkeep token create</code>.
        </p>
      </form>
    </main>
  )
}
