import type { Environment } from './proxy.ts'

/** The settings of the process that delivers, JSON. */
export const deliverySettingsVariable = 'CRASHKEEP_DELIVERY'

/** What the process that delivers needs to know of its parent's environment; the rest of it may hold secrets. */
const deliveryVariables = [
  'http_proxy',
  'https_proxy',
  'HTTPS_PROXY',
  'all_proxy',
  'ALL_PROXY',
  'no_proxy',
  'NO_PROXY',
  'NODE_EXTRA_CA_CERTS',
  'SSL_CERT_FILE',
  'SSL_CERT_DIR',
  'PATH',
  'HOME',
  'TMPDIR',
]

export function deliveryEnvironment(environment: Environment = process.env): Record<string, string> {
  const kept: Record<string, string> = {}
  for (const name of deliveryVariables) {
    const value = environment[name]
    if (value !== undefined) kept[name] = value
  }
  return kept
}
