import type { Retention } from '../database/prune.ts'

/** How reports leave; every capture carries it, as JSON, to the process that delivers. */
export interface DeliverySettings {
  /** Empty: nothing is sent, everything stays. */
  readonly submitURL: string
  readonly compress: boolean
  readonly rateLimit: boolean
  readonly retention: Retention
}

/** From another process, or from a file of an older version: what is missing has Electron's default. */
export function checkDeliverySettings(value: unknown): DeliverySettings {
  const field = (name: string): unknown => (typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined)
  const submitURL = field('submitURL')
  return {
    submitURL: typeof submitURL === 'string' && isAddress(submitURL) ? submitURL : '',
    compress: field('compress') !== false,
    rateLimit: field('rateLimit') === true,
    retention: checkRetention(field('retention')),
  }
}

export function checkRetention(value: unknown): Retention {
  const number = (name: keyof Retention): Partial<Record<keyof Retention, number>> => {
    const field: unknown = typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined
    return typeof field === 'number' && field >= 0 ? { [name]: field } : {}
  }
  return { ...number('maxDays'), ...number('maxReports'), ...number('maxBytes') }
}

function isAddress(text: string): boolean {
  return /^https?:$/.test(URL.canParse(text) ? new URL(text).protocol : '')
}
