// For `require` and for NODE_OPTIONS: loaded by whatever Node.js a child happens to run on. An old one, or another runtime, just goes on.
try {
  const [major, minor] = process.versions.node.split('.').map(Number) as [number, number]
  if (!process.versions.bun && !process.versions.deno && (major > 22 || (major === 22 && minor >= 12) || (major === 20 && minor >= 19))) {
    require('./bundle.js').registerProcess(__filename)
  }
} catch (_error) {
  // A reporter that cannot load is no reason for a program not to run.
}
