/**
 * NODE_OPTIONS, for children that are not forked. What stands there of ours is `--require` of a CommonJS file: Node.js of any age takes that, from any
 * folder, and the file does nothing on one that is too old. `--import` would keep an old one from starting.
 */
import { existsSync } from 'node:fs'
import { packageFile } from './package-file.ts'

const named = /(^|\s)--(?:import|require)[=\s]\s*@crashkeep\/reporter\/register(?=\s|$)/

export function passOnByNodeOptions(): void {
  const options = process.env.NODE_OPTIONS ?? ''
  const option = ourOption()
  if (option === undefined || options.includes(option)) return
  process.env.NODE_OPTIONS = `${options}${options === '' ? '' : ' '}${option}`
}

/** A name that somebody put there means nothing to a child in another folder, which would not start then. Whether there was one. */
export function makeNodeOptionsAbsolute(): boolean {
  const options = process.env.NODE_OPTIONS
  const option = options !== undefined && named.test(options) ? ourOption() : undefined
  if (options === undefined || option === undefined) return false
  process.env.NODE_OPTIONS = options.replace(named, (_, before: string) => before + option)
  return true
}

function ourOption(): string | undefined {
  const path = packageFile('./register-anywhere.cjs')
  if (!existsSync(path)) return undefined
  const option = `--require=${path}`
  return /[\s"\\]/.test(option) ? JSON.stringify(option) : option
}
