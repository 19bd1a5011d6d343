/** The parts of siginfo_t that a dump tells. */
export interface SignalInfo {
  readonly signal: number
  readonly code: number
  /** The address of a fault; of a sent signal the sender's process and user, as every writer for Linux has it there. */
  readonly address: bigint
  readonly parameters: readonly bigint[]
}

/** si_code of signals that a process sent: SI_USER and below. */
const sentAtMost = 0

export function readSignalInfo(bytes: Uint8Array): SignalInfo | undefined {
  if (bytes.length < 32) return undefined
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const code = view.getInt32(8, true)
  const sender = [BigInt(view.getUint32(16, true)), BigInt(view.getUint32(20, true))]
  return {
    signal: view.getInt32(0, true),
    code,
    address: view.getBigUint64(16, true),
    parameters: code <= sentAtMost ? sender : [],
  }
}
