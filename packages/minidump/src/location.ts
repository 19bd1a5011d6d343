/** Where something lies in the file. */
export interface Location {
  readonly rva: number
  readonly size: number
}
