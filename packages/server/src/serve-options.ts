export type Role = 'all' | 'collector' | 'processor' | 'api'

/** Everything that `crashkeep serve` can be told. */
export interface ServeOptions {
  /** Default 127.0.0.1: nobody else reaches a server that was started without thought. */
  readonly host?: string
  /** Default 8080; 0 takes a free one. */
  readonly port?: number
  /** Default ./crashkeep-data. */
  readonly data?: string
  /** `postgres://…`; SQLite in the data folder when absent. */
  readonly database?: string
  /** Folder of the blobs, or its `file:` address; `blobs/` in the data folder when absent. */
  readonly blobs?: string
  /** What this process does; the parts meet in spool and store. Default all. */
  readonly role?: Role
  /** Slug of the project that keyless paths (`/submit`, `/post`) add to; without it they do not exist. */
  readonly keylessProject?: string
  /** Keyless paths answer to others than this machine too. */
  readonly keylessPublic?: boolean
  /** With which symbols sent to `/webhook` are signed; without it that address does not exist. */
  readonly webhookSecret?: string
  /** PEM files; both or none. */
  readonly tlsCert?: string
  readonly tlsKey?: string
  /** Folder of the built pages. */
  readonly webRoot?: string
  /** One upload, as sent and unpacked. */
  readonly maxUploadBytes?: number
  /** The address under which others reach this server, where a proxy stands before it. */
  readonly publicUrl?: string
  /** Host names that pages and API answer to, beside loopback, plain addresses and that of `publicUrl`. */
  readonly allowedHosts?: readonly string[]
  /** Addresses of proxies whose `X-Forwarded-For` and `-Proto` are believed, as Fastify takes them; `true`: any. */
  readonly trustProxy?: boolean | string
  /** Reports processed at once. */
  readonly processes?: number
  /** What reading one report may take before its process is ended; see process/limits.ts for the defaults, 512 MiB and 60 s. */
  readonly processMemoryBytes?: number
  readonly processTimeMs?: number
  /** What symbols that were fetched from other servers may take on the disk; default 20 GiB. */
  readonly symbolCacheBytes?: number
  /** What symbols that were uploaded for every project may take; without it any number. */
  readonly sharedSymbolsBytes?: number
  /** After so many days without use symbols of every project are removed; without it never. */
  readonly sharedSymbolsDays?: number
  /** pino's level; default info. */
  readonly logLevel?: string
}

export interface Server {
  /** Of the pages and the API. */
  readonly url: string
  /** The first valid ingest address of a project; undefined for an unknown one. */
  ingestUrl(slug: string): Promise<string | undefined>
  /** Address that logs the administrator in; undefined where this process does not serve pages. The token stands behind `#`, so no log of requests sees it. */
  readonly loginUrl: string | undefined
  readonly role: Role
  readonly port: number
  /** Whether the processes that read dumps have no network at all. */
  readonly networkless: boolean | undefined
  close(): Promise<void>
}
