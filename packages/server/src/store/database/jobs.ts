/** The one queue, a table in the index database. A job is leased for a time; a lease that runs out makes it due again. */
export interface Jobs {
  /**
   * One job per report: a second `add` only moves a waiting one earlier, and has a leased one run once more when it is done. Reports that are
   * not there are left out. `again`: they wait behind the new ones, in the order of the list.
   */
  add(reportIds: readonly string[], options?: { readonly delayMs?: number; readonly again?: boolean }): Promise<void>
  /**
   * Up to `limit` due jobs, leased to the caller; each caller gets other ones. New reports go before those that are processed again, unless
   * `againFirst`: a caller that says so now and then lets neither starve. A report whose last attempt's lease ran out, as when it took the
   * whole program along, is given up: state `failed`, problem `processor_lost`.
   */
  lease(limit: number, leaseMs: number, options?: { readonly againFirst?: boolean }): Promise<Job[]>
  /** Leases that still hold go on for `leaseMs` from now, so that they can be short: a program that was killed gives its reports back soon. */
  renew(jobs: readonly Job[], leaseMs: number): Promise<void>
  done(job: Job): Promise<void>
  /** Due again after a growing delay; after the last attempt the job is gone and `false` comes back. */
  retry(job: Job, error: string): Promise<boolean>
  /** As if it had never been leased: the caller stops, which says nothing about the report. */
  giveBack(job: Job): Promise<void>
  /** Waiting and leased jobs. */
  depth(): Promise<{ readonly waiting: number; readonly leased: number }>
}

export interface Job {
  readonly reportId: string
  /** 1 for the first. */
  readonly attempt: number
  readonly leaseId: string
}
