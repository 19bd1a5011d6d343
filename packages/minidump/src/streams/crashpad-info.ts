export interface AnnotationObject {
  readonly name: string
  /** 1 is a string; from 0x8000 the meaning is the writer's. */
  readonly type: number
  readonly value: Uint8Array
  /** The value as text, for strings. */
  readonly text?: string
}

export interface CrashpadModule {
  /** Index among the entries of the module list as the dump has it: compare with `Module.entry` and `ModulePiece.entry`. */
  readonly moduleIndex: number
  readonly listAnnotations: readonly string[]
  readonly simpleAnnotations: ReadonlyMap<string, string>
  readonly annotationObjects: readonly AnnotationObject[]
}

export interface CrashpadInfo {
  readonly version: number
  /** Lower-case UUID with hyphens; all zeros when the writer had none. */
  readonly reportId: string
  readonly clientId: string
  /** The process's own annotations, those of `--annotation` and of the crashed program. */
  readonly annotations: ReadonlyMap<string, string>
  readonly modules: readonly CrashpadModule[]
  /** arm64: the bits of a pointer that are not an address (PAC, tags). Newer writers only. */
  readonly addressMask?: bigint
}
