import { isIP } from 'node:net'
import { hostname } from 'node:os'

/**
 * Against DNS rebinding: a page of `evil.example` whose name suddenly points at this server sends its own name as host. An address
 * written as digits cannot be rebound, so those and loopback's names are always ours.
 */
export function hostCheck(allowed: readonly string[]): (host: string | undefined) => boolean {
  const names = new Set([hostname().toLowerCase(), ...allowed.map((name) => name.toLowerCase())])
  return (host) => {
    if (host === undefined) return false
    const name = hostName(host)
    return name === 'localhost' || name.endsWith('.localhost') || isIP(name) !== 0 || names.has(name)
  }
}

/** `[::1]:8080` → `::1`, `Example.com:80` → `example.com`. */
export function hostName(host: string): string {
  const bracketed = /^\[([^\]]*)\](?::\d+)?$/.exec(host)
  return (bracketed?.[1] ?? host.replace(/:\d+$/, '')).toLowerCase()
}
