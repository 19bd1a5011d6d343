/**
 * How each client reads an answer to its upload: undefined where it takes the report for delivered and learns its id, else what it makes of
 * it. Sources: Crashpad's crash_report_upload_thread.cc, Breakpad's http_upload, Electron's crash_reporter, the services' own clients.
 */
import type { Answer } from './replay-exchange.ts'

export type ReadAnswer = (answer: Answer) => string | undefined

/** On Linux exactly 200; the whole body is the id, of which Electron shows 63 characters. */
export const crashpadOnLinux: ReadAnswer = ({ status, text }) => {
  if (status !== 200) return 'Crashpad on Linux takes only 200 for success and never tries again'
  return usableId(text)
}

export const crashpadElsewhere: ReadAnswer = ({ status, text }) =>
  status >= 200 && status <= 203 ? usableId(text) : 'Crashpad takes only 200 to 203 for success and never tries again'

/** Electron 9–15: the first 16 characters have to be hexadecimal digits. */
export const breakpadOnLinux: ReadAnswer = ({ status, text }) => {
  if (status < 200 || status > 299) return 'wget reports a failure'
  return /^[0-9a-f]{16}/i.test(text) ? undefined : 'Electron logs "Unexpected crash report id length" and knows no id'
}

/** Electron up to 8: 36 characters, hexadecimal or dashes. */
export const olderBreakpadOnLinux: ReadAnswer = ({ status, text }) => {
  if (status < 200 || status > 299) return 'wget reports a failure'
  return /^[0-9a-f-]{36}/i.test(text) ? undefined : 'Electron finds no id of 36 characters'
}

/** Windows up to Electron 5: exactly 200; the id ends at a comma or a line break. */
export const breakpadOnWindows: ReadAnswer = ({ status, text }) => {
  if (status !== 200) return 'the crash service takes only 200 for success'
  return /[,\n]/.test(text) ? 'the crash service cuts the id at a comma or line break' : undefined
}

export const anySuccess: ReadAnswer = ({ status }) => (status >= 200 && status < 400 ? undefined : 'a failure')

/** Browsers: 2xx; anything else is sent again five times. */
export const reportingApi: ReadAnswer = ({ status }) =>
  status >= 200 && status < 300 ? undefined : 'the browser sends the same bytes again, up to five times'

export const preflight: ReadAnswer = ({ status, headers }) => {
  if (status < 200 || status > 299) return 'the browser does not send the report'
  if (headers['access-control-allow-origin'] === undefined) return 'no Access-Control-Allow-Origin: the browser does not send the report'
  return /\*|content-type/i.test(String(headers['access-control-allow-headers']))
    ? undefined
    : 'Access-Control-Allow-Headers lacks content-type'
}

export const socorro: ReadAnswer = ({ status, text }) =>
  status === 200 && /^CrashID=bp-[0-9a-f-]{36}\n?$/.test(text) ? undefined : 'no line with CrashID'

export const sentry: ReadAnswer = ({ status }) => (status >= 200 && status < 300 ? undefined : 'the client drops what it sent')

/** Its Electron client finds the id in the 63 characters that Crashpad keeps of the answer. */
export const backtraceElectron: ReadAnswer = (answer) => {
  const failed = crashpadOnLinux({ ...answer, text: 'x' })
  if (failed !== undefined) return failed
  return /"_rxid":\s*"[a-f0-9]{8}(-[a-f0-9]{4}){3}-[a-f0-9]{12}"/i.test(answer.text.slice(0, 63))
    ? undefined
    : 'no _rxid in the first 63 characters'
}

export const backtrace: ReadAnswer = ({ status, text }) =>
  status === 200 && textAt(text, 'response') === 'ok' ? undefined : 'the client takes it for a failure'

export const bugSplat: ReadAnswer = ({ status, text }) =>
  status === 200 && textAt(text, 'status') === 'success' ? undefined : 'the client takes it for a failure'

export const bugsnagMinidump: ReadAnswer = ({ status }) =>
  status === 200 || status === 202 ? undefined : 'the client takes only 200 and 202 for success'
export const bugsnag: ReadAnswer = ({ status }) => (status >= 200 && status < 300 ? undefined : 'the client takes only 2xx for success')

/** Refused in words: neither taken, nor broken, nor left without an answer. */
export const refusal: ReadAnswer = ({ status }) => (status >= 400 && status < 500 ? undefined : 'it should be refused with a status of 4xx')

function usableId(text: string): string | undefined {
  if (text.trim() === '') return 'an empty answer: the program never learns an id'
  if (/[\r\n,]/.test(text)) return 'the id holds a comma or a line break'
  return text.length > 63 ? 'the id is longer than the 63 characters that a program gets' : undefined
}

/** A member of a JSON answer. */
export function textAt(text: string, name: string): string | undefined {
  try {
    const parsed: unknown = JSON.parse(text)
    if (typeof parsed !== 'object' || parsed === null) return undefined
    const value: unknown = Object.entries(parsed).find(([each]) => each === name)?.[1]
    return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : undefined
  } catch {
    return undefined
  }
}
