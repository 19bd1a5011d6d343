type Json = Readonly<Record<string, unknown>>

/** Where the two are known to differ on purpose: docs/reference/differences.md has the reasons. */
const knownDifferences: readonly RegExp[] = [
  /^modules\.\w+\.(missing_symbols|symbols)$/,
  /^(annotations|problems|assertion)$/,
  /\.trust_detail$/,
]
const ofInstructions32 = /^crash_info\.(instruction|memory_accesses|adjusted_address|crash_inconsistencies)/

/** Places at which the two outputs differ, with both values. */
export function differencesFromPeer(theirs: unknown, ours: unknown, cpu: string): string[] {
  const found = differences(comparable(theirs), comparable(ours), '')
  return found.filter((line) => {
    const path = line.slice(0, line.indexOf(': '))
    return !knownDifferences.some((known) => known.test(path)) && !(cpu === 'x86' && ofInstructions32.test(path))
  })
}

/** Modules by address, limits by name: rust-minidump prints these in another order, or in any. */
function comparable(output: unknown): unknown {
  if (!isObject(output)) return output
  const { modules, proc_limits: limits, ...rest } = output
  return { ...rest, modules: byKey(modules, 'base_addr'), proc_limits: isObject(limits) ? byKey(limits.limits, 'name') : limits }
}

function byKey(list: unknown, key: string): unknown {
  if (!Array.isArray(list)) return list
  return Object.fromEntries(list.map((item: unknown) => [isObject(item) ? String(item[key]) : '', item]))
}

function differences(theirs: unknown, ours: unknown, path: string): string[] {
  if (theirs === ours) return []
  if (!isObject(theirs) || !isObject(ours) || Array.isArray(theirs) !== Array.isArray(ours)) {
    return [`${path}: ${shown(theirs)} | ${shown(ours)}`]
  }
  const keys = new Set([...Object.keys(theirs), ...Object.keys(ours)])
  return [...keys].flatMap((key) => differences(theirs[key], ours[key], path === '' ? key : `${path}.${key}`))
}

function shown(value: unknown): string {
  return value === undefined ? 'absent' : JSON.stringify(value).slice(0, 200)
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null
}
