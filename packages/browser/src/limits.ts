/** A browser refuses a longer context, and counts it in the bytes of its own JSON. */
export const maxContextBytes = 65_536
/** What happened before a crash is told by the last steps; older ones only crowd out the context. */
export const maxBreadcrumbs = 100
/** A step is a line, not a document. */
export const maxBreadcrumbLength = 1000
/** Each write hands the whole map to the browser, up to a third of a millisecond. */
export const flushIntervalMs = 50
/** Storage is shared with the page: this many dead or living pages, each with at most one context. */
export const maxRecords = 40
/** Nobody acts on a crash that is told later. */
export const maxRecordAgeMs: number = 7 * 24 * 60 * 60 * 1000
/** Elsewhere the mark of a clean end may be visible a little later than the end itself. */
export const cleanEndGraceMs = 500
/** From the moment a page is asked whether it may be left until it is gone. */
export const leavingMs = 2000
/** While one page tells of a death, others wait. */
export const sendTimeoutMs = 10_000
/** Browsers refuse more than 64 KiB that outlive the page. */
export const maxKeepaliveBytes = 60_000
/** A page that fails again and again tells no more by its hundredth error. */
export const maxErrorsPerPage = 20
/** As long as a browser waits until it asks its user. */
export const hangAfterMs = 5000
