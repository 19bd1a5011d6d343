import type { Readable } from 'node:stream'

/**
 * Named byte strings, written once or replaced whole. Keys are made by us (`2026/11/20/ID/0`), never from a report's words.
 * A write resolves after its bytes and its name would survive a power cut.
 */
export interface Blobs {
  /** Stores bytes, or takes over a file of ours (renamed where that is possible, copied elsewhere). Replaces what was there. */
  put(key: string, content: Uint8Array | { readonly path: string }): Promise<void>
  /** Several blobs for the price of fewer syncs; the last one is in place only when all others are. */
  putAll(entries: readonly { readonly key: string; readonly content: Uint8Array | { readonly path: string } }[]): Promise<void>
  /** undefined where there is no such blob. */
  read(key: string): Promise<Uint8Array | undefined>
  stream(key: string): Promise<{ readonly size: number; readonly body: Readable } | undefined>
  /** A path that a child process may read: the blob itself, or a copy in `tmp/` that `release` removes. */
  localFile(key: string): Promise<{ readonly path: string; release(): Promise<void> } | undefined>
  has(key: string): Promise<boolean>
  /** Keys below a prefix that ends in `/`, in order. */
  list(prefix: string): AsyncIterable<string>
  removeAll(prefix: string): Promise<void>
}
