/** Ids of 64 random bits. */
const newId = () => (crypto.getRandomValues(new BigUint64Array(1))[0] ?? 0n).toString(36)

export interface TabSession {
  /** Of the tab: survives reloads, navigations and crashes; windows opened from it start with the same. */
  readonly session: string
  /** Of the document. */
  readonly page: string
  /** Of the document before it in this tab. */
  readonly formerPage: string | null
}

let known: TabSession | undefined

export function tabSession(): TabSession {
  if (known) return known
  const page = newId()
  let session = newId()
  let formerPage: string | null = null
  try {
    session = sessionStorage.getItem('crashkeep:sid') ?? session
    formerPage = sessionStorage.getItem('crashkeep:page')
    sessionStorage.setItem('crashkeep:sid', session)
    sessionStorage.setItem('crashkeep:page', page)
  } catch {
    // Forbidden: a session of one page.
  }
  known = { session, page, formerPage }
  return known
}
