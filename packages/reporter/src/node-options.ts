import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** For children that are not forked. `--require` of a CommonJS file: Node.js of any age takes that, and the file does nothing on an old one. */
export function passOnByNodeOptions(): void {
  const path = fileURLToPath(new URL('./register-anywhere.cjs', import.meta.url))
  const options = process.env.NODE_OPTIONS ?? ''
  if (!existsSync(path) || options.includes(path)) return
  const option = `--require=${path}`
  process.env.NODE_OPTIONS = `${options}${options === '' ? '' : ' '}${/[\s"\\]/.test(option) ? JSON.stringify(option) : option}`
}
