/** A release is often named `shop@2.0.0`: product and version as the rest of the server calls them. */
export function splitRelease(release: string | undefined): { readonly product: string | undefined; readonly version: string | undefined } {
  const at = release?.lastIndexOf('@') ?? -1
  return at > 0 ? { product: release?.slice(0, at), version: release?.slice(at + 1) } : { product: undefined, version: release }
}
