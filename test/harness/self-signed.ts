/** A certificate for this machine's own names, which browsers are told to take. */
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

const openSslTimeoutMs = 60_000

export interface Certificate {
  readonly certPath: string
  readonly keyPath: string
  readonly cert: Buffer
  readonly key: Buffer
}

export function selfSigned(folder: string): Certificate {
  const [certPath, keyPath] = [join(folder, 'cert.pem'), join(folder, 'key.pem')]
  const names = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,DNS:*.test,IP:127.0.0.1']
  const options = { stdio: 'ignore', timeout: openSslTimeoutMs } as const
  const files = ['-keyout', keyPath, '-out', certPath]
  execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', ...files, ...names], options)
  return { certPath, keyPath, cert: readFileSync(certPath), key: readFileSync(keyPath) }
}
