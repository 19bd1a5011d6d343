/** One entry of the auxiliary vector: AT_ constant and value. */
export interface AuxvEntry {
  readonly key: bigint
  readonly value: bigint
}
