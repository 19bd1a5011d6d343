/** What one upload of symbols may cost, whoever sends it and in whatever form. */
export const symbolLimits = {
  /** One body as it is sent. Chromium's own symbol file has 1.3 GB, its debug file 4 GB. */
  maxBodyBytes: 8 * 1024 ** 3,
  /** All that is unpacked from one body: sections that are stored compressed four to one, and room. */
  maxUnpackedBytes: 16 * 1024 ** 3,
  /** Symbols and debug files shrink by five to twenty; only made ones by hundreds. */
  maxRatio: 250,
  /** Below this size the ratio says nothing: a page of zeros is no attack. */
  minRatioBytes: 64 * 1024 * 1024,
  /** Files of one archive. Mozilla's nightly has about 400; a large page has some thousand scripts, each with its map. */
  maxEntries: 10_000,
  /** Archives in archives: a zip of gzipped files is the deepest that is made. */
  maxDepth: 3,
  /** Fields of a form, and characters of one; the longest real ones are file names. */
  maxFields: 50,
  maxFieldBytes: 64 * 1024,
  /** Files of one form: sentry-cli sends 64 pieces at once. */
  maxFormFiles: 128,
  /** Bodies of JSON: sentry-cli names the pieces of a file of 2 GB in 20 kB, and asks for a few hundred files at once. */
  maxJsonBytes: 4 * 1024 * 1024,
  /** A sender from whom nothing comes for so long is gone. */
  idleMs: 60_000,
  /** Free space that symbols never touch: reports go before. */
  reserveBytes: 2 * 1024 ** 3,
  /** The same on small disks, as a part of them. */
  reserveFraction: 0.05,
  /** Pieces and files that were put down and not asked for yet, of everybody together. */
  maxStagedBytes: 16 * 1024 ** 3,
  maxStagedFiles: 20_000,
  /** How long they wait: sentry-cli sends all pieces of a file before it asks. */
  stagedLifetimeMs: 60 * 60_000,
  /** A piece of a large file of our own client, and pieces of one file: as much as one body may have. */
  maxPieceBytes: 8 * 1024 * 1024,
  maxPieces: 1024,
  /** Files of one upload that are told of by name; the rest is counted. */
  maxToldFiles: 200,
} as const
