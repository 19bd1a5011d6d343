import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto'

export interface Certificate {
  readonly cert: string
  readonly key: string
  /** Base 64 of the SHA-256 of the public key, by which Chromium is told to trust this one certificate. */
  readonly spki: string
}

const validMs = 24 * 3600_000

/** A certificate for 127.0.0.1 that signed itself, made of nothing but node:crypto (X.509 v3, RFC 5280; ECDSA on P-256). */
export function selfSigned(now: number): Certificate {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const spki = publicKey.export({ type: 'spki', format: 'der' })
  const algorithm = sequence(hex('06082a8648ce3d040302'))
  const name = sequence(tagged(0x31, sequence(hex('0603550403'), tagged(0x0c, Buffer.from('crashkeep doctor')))))
  const alternativeNames = sequence(hex('0603551d11'), tagged(0x04, sequence(tagged(0x87, Buffer.from([127, 0, 0, 1])))))
  const body = sequence(
    tagged(0xa0, hex('020102')),
    tagged(0x02, Buffer.concat([Buffer.from([1]), randomBytes(15)])),
    algorithm,
    name,
    sequence(time(now - validMs), time(now + validMs)),
    name,
    spki,
    tagged(0xa3, sequence(alternativeNames)),
  )
  const signature = tagged(0x03, Buffer.concat([Buffer.from([0]), sign('sha256', body, privateKey)]))
  const base64 = sequence(body, algorithm, signature).toString('base64').replaceAll(/.{64}/g, '$&\n')
  return {
    cert: `-----BEGIN CERTIFICATE-----\n${base64}\n-----END CERTIFICATE-----\n`,
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    spki: createHash('sha256').update(spki).digest('base64'),
  }
}

function hex(digits: string): Buffer {
  return Buffer.from(digits, 'hex')
}

function sequence(...parts: readonly Buffer[]): Buffer {
  return tagged(0x30, Buffer.concat(parts))
}

/** UTCTime, `YYMMDDHHMMSSZ`. */
function time(unixMs: number): Buffer {
  return tagged(0x17, Buffer.from(`${new Date(unixMs).toISOString().slice(2, 19).replaceAll(/[-:T]/g, '')}Z`))
}

/** DER: tag, length, content. Nothing here has 64 KiB. */
function tagged(tag: number, content: Buffer): Buffer {
  const { length } = content
  const size = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff]
  return Buffer.concat([Buffer.from([tag, ...size]), content])
}
