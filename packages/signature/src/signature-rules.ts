import { SignatureError } from './errors.ts'

/** Regular expressions, each compared with the start of a normalised frame; the name is shown in the steps. */
export interface NamedList {
  name: string
  patterns: readonly string[]
}

export interface SignatureRules {
  /** Never part of a signature: error handling, signal plumbing, bare addresses. */
  irrelevant: readonly NamedList[]
  /** Part of a signature, but too common to stand alone: the next frame is taken too. */
  prefix: readonly NamedList[]
  /** Exact names. What lies above the first of them is the machinery that reports a crash. */
  sentinels: readonly string[]
  /** Functions so large that the line belongs to the signature. */
  lineNumbers: readonly NamedList[]
  /** What a frame without symbols is called. Socorro: `name`. */
  bareModule: 'name' | 'name+offset'
  /** Libraries of the system, lower case. Their frames are passed by until one of the program itself is found. */
  systemModules: readonly NamedList[]
  /** Any of these on the way means that memory was exhausted. */
  outOfMemory: readonly NamedList[]
  /** Any of these on the way means that V8's heap was exhausted. */
  javaScriptHeap: readonly NamedList[]
  /** When every frame was skipped: the first one all the same (Socorro), or the reason, since a bare address is new in each report. */
  fallback: 'first-frame' | 'reason'
  /** Which lists read the main thread's stack when a watchdog ended the program. Socorro: always the built-in ones. */
  watchdogLists: 'same' | 'built-in'
}

export interface Matcher {
  test(text: string): boolean
  /** "libc" or "libc (`abort$`)": the list that a text is on, with the entry if that is short enough to be read. */
  explain(text: string): string
}

export interface CompiledRules {
  irrelevant: Matcher
  prefix: Matcher
  sentinels: ReadonlySet<string>
  lineNumbers: RegExp | undefined
  bareModule: SignatureRules['bareModule']
  systemModules: Matcher
  outOfMemory: Matcher
  javaScriptHeap: Matcher
  fallback: SignatureRules['fallback']
  watchdogLists: SignatureRules['watchdogLists']
}

/** Characters of an entry in a step; our own alternations are longer than a reader's patience. */
const maxShownPattern = 40

const compiled = new WeakMap<SignatureRules, CompiledRules>()

/** Compiles once per object. Throws SignatureError `bad_pattern`. */
export function compileRules(rules: SignatureRules): CompiledRules {
  const known = compiled.get(rules)
  if (known !== undefined) return known
  const fresh: CompiledRules = {
    irrelevant: matcher(rules.irrelevant),
    prefix: matcher(rules.prefix),
    sentinels: new Set(rules.sentinels),
    lineNumbers: combine(rules.lineNumbers),
    bareModule: rules.bareModule,
    systemModules: matcher(rules.systemModules),
    outOfMemory: matcher(rules.outOfMemory),
    javaScriptHeap: matcher(rules.javaScriptHeap),
    fallback: rules.fallback,
    watchdogLists: rules.watchdogLists,
  }
  compiled.set(rules, fresh)
  return fresh
}

/** Socorro's behaviour with lists of its kind. */
export function socorroRules(lists: {
  irrelevant: readonly string[]
  prefix: readonly string[]
  sentinels: readonly string[]
  lineNumbers: readonly string[]
}): SignatureRules {
  return {
    irrelevant: [{ name: 'irrelevant', patterns: lists.irrelevant }],
    prefix: [{ name: 'prefix', patterns: lists.prefix }],
    sentinels: lists.sentinels,
    lineNumbers: [{ name: 'line numbers', patterns: lists.lineNumbers }],
    bareModule: 'name',
    systemModules: [],
    outOfMemory: [],
    javaScriptHeap: [],
    fallback: 'first-frame',
    watchdogLists: 'built-in',
  }
}

/** The lines of a list file of Socorro's; empty ones and comments (`#`) are left out. */
export function parseSignatureList(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
}

function matcher(lists: readonly NamedList[]): Matcher {
  const combined = combine(lists)
  return {
    test: (text) => combined?.test(text) ?? false,
    explain(text) {
      for (const list of lists) {
        const pattern = list.patterns.find((candidate) => anchored(candidate).test(text))
        if (pattern !== undefined) return pattern.length > maxShownPattern ? list.name : `${list.name} (\`${pattern}\`)`
      }
      return 'none'
    },
  }
}

/** `undefined` for nothing in the lists: an empty alternative would match everything. */
function combine(lists: readonly NamedList[]): RegExp | undefined {
  const patterns = lists.flatMap((list) => list.patterns)
  if (patterns.length === 0) return undefined
  for (const pattern of patterns) anchored(pattern)
  return anchored(patterns.join('|'))
}

function anchored(pattern: string): RegExp {
  try {
    return new RegExp(`^(?:${pattern})`)
  } catch (cause) {
    throw new SignatureError('bad_pattern', `The signature list entry "${pattern}" is not a regular expression; correct or remove it.`, {
      cause,
    })
  }
}
