import { type Answer, exchange } from './exchange.ts'

export interface FetchedPage {
  /** After redirects: the document's own address. */
  readonly url: URL
  readonly redirects: number
  readonly answer: Answer
}

/** As many as Chromium follows. */
const maxRedirects = 20

/** Throws what the connection threw. */
export async function fetchPage(address: URL, ca: string | undefined): Promise<FetchedPage> {
  let url = address
  for (let redirects = 0; ; redirects += 1) {
    const answer = await exchange(url, { method: 'GET', headers: { accept: 'text/html,*/*' }, ...(ca === undefined ? {} : { ca }) })
    const location = answer.header('location')
    const moved = [301, 302, 303, 307, 308].includes(answer.status) && location !== undefined && URL.canParse(location, url.href)
    if (!moved) return { url, redirects, answer }
    if (redirects === maxRedirects) throw new Error(`more than ${maxRedirects} redirects`)
    url = new URL(location, url)
    if (url.protocol !== 'https:' && url.protocol !== 'http:') throw new Error(`a redirect to ${url.protocol}`)
  }
}
