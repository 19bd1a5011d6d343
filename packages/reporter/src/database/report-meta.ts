/** Crashpad's `.meta` beside a dump: 32 bytes, then the server's answer to the end of the file. */

export interface ReportMeta {
  readonly uploadAttempts: number
  /** Unix seconds; 0: never. */
  readonly lastUploadAttempt: number
  readonly creationTime: number
  readonly uploaded: boolean
  /** Somebody asked for this upload: it happens even without consent to all, and past the rate limit. */
  readonly uploadRequested: boolean
  /** The server's answer as it came; empty before. */
  readonly remoteId: string
}

const version = 1
const headerBytes = 32
const uploadedBit = 1
const requestedBit = 2

export function newMeta(creationTime: number): ReportMeta {
  return { uploadAttempts: 0, lastUploadAttempt: 0, creationTime, uploaded: false, uploadRequested: false, remoteId: '' }
}

export function encodeMeta(meta: ReportMeta): Buffer {
  const header = Buffer.alloc(headerBytes)
  header.writeInt32LE(version, 0)
  header.writeInt32LE(meta.uploadAttempts, 4)
  header.writeBigInt64LE(BigInt(meta.lastUploadAttempt), 8)
  header.writeBigInt64LE(BigInt(meta.creationTime), 16)
  header.writeUInt8((meta.uploaded ? uploadedBit : 0) | (meta.uploadRequested ? requestedBit : 0), 24)
  return Buffer.concat([header, Buffer.from(meta.remoteId)])
}

/** `undefined`: no metadata of this version. */
export function decodeMeta(bytes: Buffer): ReportMeta | undefined {
  if (bytes.length < headerBytes || bytes.readInt32LE(0) !== version) return undefined
  const attributes = bytes.readUInt8(24)
  return {
    uploadAttempts: Math.max(0, bytes.readInt32LE(4)),
    lastUploadAttempt: Number(bytes.readBigInt64LE(8)),
    creationTime: Number(bytes.readBigInt64LE(16)),
    uploaded: (attributes & uploadedBit) !== 0,
    uploadRequested: (attributes & requestedBit) !== 0,
    remoteId: bytes.toString('utf8', headerBytes),
  }
}
