const whole = new Intl.NumberFormat('en-US')

export function count(value: number): string {
  return whole.format(value)
}

/** "1 report", "1,204 reports". */
export function counted(value: number, one: string, many = `${one}s`): string {
  return `${whole.format(value)} ${value === 1 ? one : many}`
}

/** 0.99987 is "99.98 %": never rounded up to all of them. */
export function share(part: number): string {
  return part >= 1 ? '100 %' : `${(Math.floor(part * 10_000) / 100).toFixed(2)} %`
}

export function bytes(size: number): string {
  if (size < 1000) return `${size} B`
  const units = ['kB', 'MB', 'GB', 'TB']
  let value = size
  let unit = 'B'
  for (const next of units) {
    if (value < 999.5) break
    value /= 1000
    unit = next
  }
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} ${unit}`
}
