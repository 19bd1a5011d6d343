import { createHash, randomBytes } from 'node:crypto'

/** Secrets have 256 random bits, so that a plain hash of one cannot be guessed back. */
export function newSecret(): string {
  return randomBytes(32).toString('base64url')
}

export function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

export function newProjectKey(): string {
  return randomBytes(16).toString('hex')
}

export function newId(): string {
  return randomBytes(12).toString('hex')
}

/** Of the hashes that stand for values a project does not want to keep; without it they could be guessed. */
export function newHashKey(): string {
  return randomBytes(32).toString('hex')
}
