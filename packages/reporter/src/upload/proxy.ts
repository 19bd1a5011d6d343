/** Proxies from the environment, as curl reads it (which is what Crashpad asks on Linux). */

export type Environment = Readonly<Record<string, string | undefined>>

/** `undefined`: straight to the server. Throws for a proxy that is no http or https address. */
export function proxyFor(url: URL, environment: Environment): URL | undefined {
  if (isExcepted(url, environment.no_proxy ?? environment.NO_PROXY ?? '')) return undefined
  // Not HTTP_PROXY: in a CGI program that is a header of the request (httpoxy).
  const named = url.protocol === 'https:' ? (environment.https_proxy ?? environment.HTTPS_PROXY) : environment.http_proxy
  const text = named ?? environment.all_proxy ?? environment.ALL_PROXY ?? ''
  if (text === '') return undefined
  const proxy = new URL(text.includes('://') ? text : `http://${text}`)
  if (proxy.protocol !== 'http:' && proxy.protocol !== 'https:')
    throw new Error(`The proxy ${proxy.protocol}//${proxy.host} is neither http nor https.`)
  return proxy
}

function isExcepted(url: URL, list: string): boolean {
  const host = url.hostname.replace(/^\[|\]$/g, '').toLowerCase()
  return list
    .split(/[\s,]+/)
    .filter((entry) => entry !== '')
    .some((entry) => {
      if (entry === '*') return true
      const [, name = '', port] = /^(.*?)(?::(\d+))?$/.exec(entry.toLowerCase().replace(/^\[(.*)\]/, '$1')) ?? []
      if (port !== undefined && port !== (url.port || (url.protocol === 'https:' ? '443' : '80'))) return entry.toLowerCase() === host
      const suffix = name.replace(/^\*?\./, '')
      return host === suffix || host.endsWith(`.${suffix}`)
    })
}
