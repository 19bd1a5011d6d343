/**
 * Where capture and the rest of the reporter meet. In the reported process: `startCapture` of `capture/start-capture.ts`. In the handler, a process of
 * its own: `AddReport` (`database/add-report.ts` exports `addReport`) and `Deliver` (`upload/deliver.ts` exports `deliver`).
 */

/** What a process says once when reporting starts. All of it is written into every capture, so that the handler needs nothing else. */
export interface CaptureSettings {
  /** The folder of Crashpad's database, absolute; it exists. Captures lie in `captures/` inside until they are reports. */
  readonly databaseFolder: string
  /** The installation's id from `settings.dat`: a UUID with hyphens. */
  readonly clientId: string
  /** Crashpad's process annotations, in their order: `globalExtra`, `prod`, `ver`, `plat` … */
  readonly processAnnotations: Readonly<Record<string, string>>
  /** The first values of what `Capture.setAnnotation` changes: `ptype`, `pid`, `platform`, `extra` … They become annotations of the main module. */
  readonly annotations: Readonly<Record<string, string>>
  /** JSON that `Deliver` understands; capture does not look inside. */
  readonly delivery: unknown
  /** A main thread that is stuck for this long is reported; a thread watches it then. */
  readonly hangTimeoutMs?: number
  /** The environment goes into dumps only when this is true. */
  readonly includeEnvironment?: boolean
}

export interface Capture {
  /** Whether native crashes of this process are captured. */
  readonly isNative: boolean
  /** One sentence when they are not. */
  readonly whyNot?: string
  /** Live: what a crash from now on says. `undefined` removes. */
  setAnnotation(name: string, value: string | undefined): void
}

/** Never throws. A later call replaces the settings of the first; what watches for hangs stays as the first call said. */
export type StartCapture = (settings: CaptureSettings) => Capture

export interface NewReport {
  /** The UUID inside the dump and the name of its file. */
  readonly reportId: string
  readonly dump: Uint8Array
  /** When the process died. */
  readonly createdAt: Date
}

/** Puts a dump into `new/`, then `pending/`, as Crashpad does. Rejects when the disk refuses. */
export type AddReport = (databaseFolder: string, report: NewReport) => Promise<void>

/** Sends what may be sent now and prunes. Resolves when nothing is left to do at once; rejects never for what a server answers. */
export type Deliver = (databaseFolder: string, delivery: unknown) => Promise<void>
