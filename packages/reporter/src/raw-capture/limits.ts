/** The writer cuts stacks at 24 MiB together and texts at 1 MiB; what is above was not written by it. */
export const maxCaptureBytes: number = 256 * 1024 * 1024

/** Four records for each of 16,384 threads, some for each of 4,096 images, one for each 64 KiB of text. */
export const maxRecords = 131_072

/** As in capture/threads.h. */
export const maxThreads = 16_384

/** What a capture says went wrong while it was written. */
export const maxProblems = 100

/** An exhausted heap has about twenty. */
export const maxNotes = 100
