/** Every limit of the way from the socket to the spool, with its reason. */
export interface IntakeLimits {
  /** One upload, as sent and decompressed. Electron's dumps stay below 1 MiB, full-memory dumps reach hundreds. */
  readonly uploadBytes: number
  /** A Reporting API body: the largest report a browser makes is 65,885 bytes, and documents send one at a time. */
  readonly browserBodyBytes: number
  /** Reports of one batch; Chromium queues at most 100. */
  readonly browserReports: number
  /** Of one batch kept at the same time: each is written out with its neighbours, and they share a sync. */
  readonly browserReportsAtOnce: number
  /** Neighbours kept with each crash of a batch, and the JSON of each. */
  readonly browserNeighbours: number
  readonly browserNeighbourBytes: number
  /** Linux Electron 9–15 splits one value into up to 160 fields, and real reports carry a few hundred names. */
  readonly fields: number
  /** Electron's values reach 20,320 bytes, `crash_report_api` 65,536; what is longer is cut, not refused. */
  readonly fieldBytes: number
  /** All fields of one report together. */
  readonly fieldsBytes: number
  /** Names and file names; Crashpad's stop at 256 bytes, a Windows path at 32,767 but in practice at 260. */
  readonly nameLength: number
  readonly files: number
  /** Parts of whatever kind, the unreadable ones included; a body with more is an attack on the parser's time. */
  readonly parts: number
  /** Header block of one part: three lines, one of which may hold a path. */
  readonly partHeaderBytes: number
  readonly partHeaderPairs: number
  /** RFC 2046 allows 70; nobody is known to send more. */
  readonly boundaryLength: number
  /** A file up to this size travels inside the spool's record; a larger one gets a file of its own. */
  readonly inlineFileBytes: number
  /** All inline files of one report together. */
  readonly inlineReportBytes: number
  /**
   * What all uploads under way hold together of files, fields, bodies that are gathered and JSON that was parsed. Beyond it files go to disk at once,
   * and long fields and large JSON are refused as `busy`.
   */
  readonly bufferedBytes: number
  /** A form is taken apart once so much of it is there; until then a connection costs half as much memory. */
  readonly unbuiltBytes: number
  /** What each upload may hold in fields without asking, so that ordinary ones pass even then. */
  readonly unaskedFieldBytes: number
  /** Query parameters taken as fields. */
  readonly queryFields: number
  readonly queryFieldLength: number
  /** A body that sends nothing for so long is given up; crash handlers themselves give up after 60 s. */
  readonly bodyIdleMs: number
  /** A body that takes longer in total is given up, however steadily it drips. */
  readonly bodyTotalMs: number
  /** After a refusal the rest of the body is read and thrown away for so long, because a client that still sends may miss the answer. */
  readonly lingerMs: number
  /** A ledger that answers later than this is not waited for when the key is remembered from before. */
  readonly ledgerPatienceMs: number
  /** …and this is how long an unremembered key waits. */
  readonly ledgerTimeoutMs: number
  /** Keys remembered for the time the ledger is away. */
  readonly rememberedKeys: number
  /** Samples of refusals per project and hour; counts have no limit. */
  readonly rejectionSamples: number
  /** …and of these so many of one reason, so that a flood of one hides no other. */
  readonly rejectionSamplesOfReason: number
  /** Refusals waiting to be written; a flood beyond it is counted in the metrics only. */
  readonly rejectionQueue: number
}

export const intakeLimits: IntakeLimits = {
  uploadBytes: 200 * 1024 * 1024,
  browserBodyBytes: 1024 * 1024,
  browserReports: 100,
  browserReportsAtOnce: 8,
  browserNeighbours: 20,
  browserNeighbourBytes: 16 * 1024,
  fields: 4000,
  fieldBytes: 256 * 1024,
  fieldsBytes: 2 * 1024 * 1024,
  nameLength: 1024,
  files: 64,
  parts: 10_000,
  partHeaderBytes: 64 * 1024,
  partHeaderPairs: 50,
  boundaryLength: 200,
  inlineFileBytes: 1024 * 1024,
  inlineReportBytes: 4 * 1024 * 1024,
  bufferedBytes: 32 * 1024 * 1024,
  unbuiltBytes: 4096,
  unaskedFieldBytes: 64 * 1024,
  queryFields: 32,
  queryFieldLength: 4096,
  bodyIdleMs: 30_000,
  bodyTotalMs: 10 * 60_000,
  lingerMs: 5000,
  ledgerPatienceMs: 250,
  ledgerTimeoutMs: 5000,
  rememberedKeys: 10_000,
  rejectionSamples: 20,
  rejectionSamplesOfReason: 5,
  rejectionQueue: 2000,
}
