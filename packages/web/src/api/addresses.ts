import { apiRoot } from './client.ts'

export function attachmentAddress(id: string, name: string): string {
  return `${apiRoot}/reports/${encodeURIComponent(id)}/attachments/${encodeURIComponent(name)}`
}
