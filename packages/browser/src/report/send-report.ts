import { maxKeepaliveBytes, sendTimeoutMs } from '../limits.ts'
import type { BeforeSend, BrowserReport } from './crash-report.ts'

export interface Destination {
  /** The project's ingest address. */
  readonly endpoint: string
  readonly beforeSend?: BeforeSend | undefined
}

/**
 * False: nobody took it, and it is worth another try. As text: such a request needs no preflight, also when it is the last one of a page.
 */
export async function sendReport({ endpoint, beforeSend }: Destination, report: BrowserReport): Promise<boolean> {
  try {
    const said = beforeSend ? beforeSend(report) : report
    if (!said) return true
    const body = JSON.stringify([said])
    const { status } = await fetch(endpoint, {
      method: 'POST',
      body,
      credentials: 'omit',
      // The limit is of bytes; three for a character is the most.
      keepalive: body.length * 3 < maxKeepaliveBytes,
      signal: AbortSignal.timeout(sendTimeoutMs),
    })
    return status < 500
  } catch {
    return false
  }
}
