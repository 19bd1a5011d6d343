/** An upload in three steps as BugSplat's clients make it: ask for an address, put a zip there, say what it is. */
import type { TestedServer } from './server.ts'
import { formBody, formType } from './upload.ts'

export async function uploadAddress(server: TestedServer): Promise<string> {
  const query = `database=${keyOf(server)}&appName=shop&appVersion=2.0.0`
  const { status, text } = await server.ask(`/api/getCrashUploadUrl?${query}`)
  if (status !== 200) throw new Error(`No address: ${status}, ${text}`)
  return member(text, 'url')
}

/** At the server that runs now, on whatever port. */
export async function putUpload(server: TestedServer, address: string, body: Buffer): Promise<void> {
  const { status, text } = await server.ask(new URL(address).pathname, { method: 'PUT', body })
  if (status !== 200) throw new Error(`Not taken: ${status}, ${text}`)
}

/** The number of the crash. */
export async function commitUpload(server: TestedServer, address: string): Promise<string> {
  const fields = { database: keyOf(server), appName: 'shop', appVersion: '2.0.0', crashTypeId: '5', s3key: address }
  const body = formBody({ fields })
  const { status, text } = await server.ask('/api/commitS3CrashUpload', { method: 'POST', headers: { 'content-type': formType }, body })
  if (status !== 200) throw new Error(`Not committed: ${status}, ${text}`)
  return member(text, 'crashId')
}

function keyOf({ ingestUrl }: TestedServer): string {
  return ingestUrl.split('/').at(-1) ?? ''
}

function member(text: string, name: string): string {
  const answer: unknown = JSON.parse(text)
  const value: unknown =
    typeof answer === 'object' && answer !== null ? Object.entries(answer).find(([each]) => each === name)?.[1] : undefined
  if (typeof value !== 'string' && typeof value !== 'number') throw new Error(`No ${name} in ${text}`)
  return String(value)
}
