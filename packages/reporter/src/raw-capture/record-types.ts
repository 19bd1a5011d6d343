/** The numbers of capture/raw-format.h. */
export const recordType = {
  process: 1,
  signalInfo: 2,
  thread: 3,
  stack: 4,
  memory: 5,
  image: 6,
  maps: 7,
  auxv: 8,
  status: 9,
  commandLine: 10,
  stat: 11,
  limits: 12,
  environment: 13,
  settings: 14,
  annotations: 15,
  death: 16,
  program: 17,
  problem: 18,
  end: 19,
  note: 20,
} as const

/** Processor architectures of a minidump, which raw captures use as well. */
export const architecture = { amd64: 9, arm64: 12 } as const

export const captureKind = { signal: 0, exception: 1, hang: 2 } as const
