export interface UnloadedModule {
  readonly baseAddress: bigint
  readonly size: number
  readonly checksum: number
  readonly timestamp: number
  readonly name: string
  /** Timestamp and size, as Microsoft's symbol servers want them. */
  readonly codeId: string
}
