import { type LayoutKind, layoutOf, readReports } from './layout.ts'
import { readOwnState } from './own-state.ts'

/** What reached a server, the newest first; light enough for a process that is reported itself. */
export function uploadedReports(folder: string, layout: LayoutKind = layoutOf(folder)): { readonly date: Date; readonly id: string }[] {
  return readReports(folder, layout)
    .flatMap(({ id: report, state, remoteId, lastUploadAttemptAt }) => {
      if (state === 'uploaded' && remoteId !== undefined) return [{ date: lastUploadAttemptAt ?? new Date(0), id: remoteId }]
      const own = layout === 'generic' ? {} : readOwnState(folder, report)
      return own.remoteId === undefined || own.uploadedAt === undefined ? [] : [{ date: new Date(own.uploadedAt), id: own.remoteId }]
    })
    .sort((a, b) => b.date.getTime() - a.date.getTime())
}
