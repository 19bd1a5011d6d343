import { addresses } from './lists/addresses.ts'
import { chromium } from './lists/chromium.ts'
import { electron } from './lists/electron.ts'
import { libc } from './lists/libc.ts'
import { linux } from './lists/linux.ts'
import { macos } from './lists/macos.ts'
import { node } from './lists/node.ts'
import type { RuleList } from './lists/rule-list.ts'
import { rust } from './lists/rust.ts'
import { v8 } from './lists/v8.ts'
import { windows } from './lists/windows.ts'
import type { NamedList, SignatureRules } from './signature-rules.ts'

/** Grows with every change that gives any crash another signature: of a list, a rule, the normalisation, or the JavaScript part. */
export const rulesVersion: number = 1

const lists: readonly RuleList[] = [addresses, chromium, electron, node, v8, rust, libc, linux, windows, macos]

const rules: SignatureRules = {
  irrelevant: named('irrelevant'),
  prefix: named('prefix'),
  sentinels: lists.flatMap((list) => list.sentinels ?? []),
  lineNumbers: named('lineNumbers'),
  bareModule: 'name+offset',
  systemModules: named('systemModules'),
  outOfMemory: named('outOfMemory'),
  javaScriptHeap: named('javaScriptHeap'),
  fallback: 'reason',
  watchdogLists: 'same',
}

export function defaultRules(): SignatureRules {
  return rules
}

function named(key: Exclude<keyof RuleList, 'name' | 'sentinels'>): NamedList[] {
  return lists.flatMap((list) => {
    const patterns = list[key]
    return patterns === undefined ? [] : [{ name: list.name, patterns }]
  })
}
