/**
 * What one platform or library adds to the default rules. Each pattern is compared with the start of a normalised frame: templates are `<T>`,
 * arguments and return types are gone, and so is the word before the last space (`operator new(unsigned long)` is `new`).
 */
export interface RuleList {
  name: string
  irrelevant?: readonly string[]
  prefix?: readonly string[]
  sentinels?: readonly string[]
  lineNumbers?: readonly string[]
  /** Names of library files, lower case. */
  systemModules?: readonly string[]
  outOfMemory?: readonly string[]
  javaScriptHeap?: readonly string[]
}
