/** Entries of the contexts that `installCrashReport` made: a browser's own cannot be read. Apart, so that who does not install pays nothing. */
export const installedContexts: WeakMap<object, ReadonlyMap<string, string>> = /* @__PURE__ */ new WeakMap()

export function installedEntries(context: unknown): readonly (readonly [string, string])[] {
  return context instanceof Object ? [...(installedContexts.get(context) ?? [])] : []
}
