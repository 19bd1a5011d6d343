/** `crashkeep project set`: what an option names changes, everything else stays. */
import { readFileSync } from 'node:fs'
import type { ProjectDetail, ProjectUpdate } from '@crashkeep/server/api-types'
import { type Command, InvalidArgumentError } from 'commander'
import { CommandError } from '../errors.ts'
import { printJson, printTable } from '../print.ts'
import { type ConnectionOptions, ServerConnection, withConnection } from '../server-connection.ts'

type Settings = NonNullable<ProjectUpdate['settings']>

/** Commander makes an empty text of null. */
type NumberOrNone = number | 'none'

interface SetOptions extends ConnectionOptions {
  readonly json?: true
  readonly name?: string
  readonly maxUploadBytes?: NumberOrNone
  readonly dailyQuota?: NumberOrNone
  readonly allowOrigin?: string[]
  readonly anyOrigin?: true
  readonly rules?: string
  readonly dropField?: string[]
  readonly hashField?: string[]
  readonly stripUrls?: boolean
  readonly dropAddress?: boolean
  readonly metadataOnly?: boolean
  readonly keepBrowserUrls?: boolean
  readonly sourceMapOrigin?: string[]
  readonly settings?: string
}

export function addProjectSet(project: Command): void {
  withConnection(project.command('set').description('change name and settings; lists are replaced as a whole'))
    .argument('<slug>', 'the project')
    .option('--name <name>', 'its name for people')
    .option('--max-upload-bytes <number>', "largest upload; none: the server's limit", numberOrNone)
    .option('--daily-quota <number>', 'reports kept per UTC day; none: any number', numberOrNone)
    .option('--allow-origin <origin...>', 'pages that may report, such as https://shop.example')
    .option('--any-origin', 'any page may report')
    .option('--rules <file>', 'JSON list of rules, see docs/guide/settings.md')
    .option('--drop-field <name...>', 'fields that are not kept; * at the end stands for any ending; none: no field')
    .option('--hash-field <name...>', 'fields of which a hash is kept; none: no field')
    .option('--strip-urls', 'addresses lose user, query, fragment and tokens')
    .option('--no-strip-urls', 'addresses are kept as they are')
    .option('--drop-address', "senders' network addresses are not kept")
    .option('--no-drop-address', "senders' network addresses are kept")
    .option('--metadata-only', 'fields are kept, files are not')
    .option('--no-metadata-only', 'files are kept')
    .option('--keep-browser-urls', 'addresses in reports of browsers stay whole')
    .option('--no-keep-browser-urls', 'addresses in reports of browsers are always stripped')
    .option('--source-map-origin <origin...>', 'origins of scripts whose source maps the server may fetch; none: no origin')
    .option('--settings <file>', 'JSON object of any settings, as `crashkeep project show --json` prints them')
    .option('--json', 'the project as JSON')
    .action(async (slug: string, options: SetOptions) => {
      const update = updateOf(options)
      if (update.name === undefined && Object.keys(update.settings ?? {}).length === 0)
        throw new CommandError('Nothing to set; give an option such as --daily-quota 1000.', { exitStatus: 2 })
      const changed = await new ServerConnection(options).call<ProjectDetail>('PATCH', `/projects/${encodeURIComponent(slug)}`, {
        json: update,
      })
      if (options.json) printJson(changed)
      else printSettings(changed)
    })
}

export function printSettings({ name, slug, settings }: ProjectDetail): void {
  const { privacy, rules } = settings
  const list = (values: readonly string[]) => (values.length === 0 ? 'none' : values.join(', '))
  const yes = (value: boolean) => (value ? 'yes' : 'no')
  printTable(
    ['SETTING', 'VALUE'],
    [
      ['slug', slug],
      ['name', name],
      ['largest upload', settings.maxUploadBytes === null ? "the server's limit" : `${settings.maxUploadBytes} bytes`],
      ['daily quota', settings.dailyQuota === null ? 'none' : `${settings.dailyQuota} reports`],
      ['origins of pages', settings.allowedOrigins.length === 0 ? 'any' : list(settings.allowedOrigins)],
      ['fields not kept', list(privacy.dropFields)],
      ['fields hashed', list(privacy.hashFields)],
      ['addresses stripped', yes(privacy.stripUrls)],
      ["senders' addresses kept", yes(!privacy.dropAddress)],
      ['files kept', yes(!privacy.metadataOnly)],
      ["addresses in browsers' reports kept whole", yes(privacy.keepBrowserUrls)],
      ['origins of source maps', list(settings.sourceMapOrigins)],
      ['symbols and maps, largest size', settings.symbolQuotaBytes === null ? 'any' : `${settings.symbolQuotaBytes} bytes`],
      ['symbols and maps, files', settings.symbolQuotaFiles === null ? 'any' : String(settings.symbolQuotaFiles)],
      ['symbols removed when unused for', settings.symbolsUnusedDays === null ? 'never' : `${settings.symbolsUnusedDays} days`],
      ['debug files kept as uploaded', yes(settings.keepDebugFiles)],
      ['symbols served to', settings.symbolAccess === 'public' ? 'everybody' : 'who has a token'],
      ...rules.map((rule) => [
        `rule ${rule.name}`,
        `${rule.field === null ? 'every report' : `${rule.field} ${rule.operator}${rule.operator === 'absent' ? '' : ` ${JSON.stringify(rule.value)}`}`}: keeps ${rule.keepPercent} %`,
      ]),
    ],
  )
}

function updateOf(options: SetOptions): ProjectUpdate {
  const privacy: NonNullable<Settings['privacy']> = {
    ...(options.dropField === undefined ? {} : { dropFields: namesOf(options.dropField) }),
    ...(options.hashField === undefined ? {} : { hashFields: namesOf(options.hashField) }),
    ...(options.stripUrls === undefined ? {} : { stripUrls: options.stripUrls }),
    ...(options.dropAddress === undefined ? {} : { dropAddress: options.dropAddress }),
    ...(options.metadataOnly === undefined ? {} : { metadataOnly: options.metadataOnly }),
    ...(options.keepBrowserUrls === undefined ? {} : { keepBrowserUrls: options.keepBrowserUrls }),
  }
  const given = options.settings === undefined ? {} : readObject(options.settings)
  const settings: Settings = {
    ...given,
    ...(options.maxUploadBytes === undefined ? {} : { maxUploadBytes: nullForNone(options.maxUploadBytes) }),
    ...(options.dailyQuota === undefined ? {} : { dailyQuota: nullForNone(options.dailyQuota) }),
    ...(options.allowOrigin === undefined ? {} : { allowedOrigins: options.allowOrigin }),
    ...(options.anyOrigin === undefined ? {} : { allowedOrigins: [] }),
    // The server says what is wrong with a rule; it knows their form best.
    ...(options.rules === undefined ? {} : { rules: readRules(options.rules) as NonNullable<Settings['rules']> }),
    ...(options.sourceMapOrigin === undefined ? {} : { sourceMapOrigins: namesOf(options.sourceMapOrigin) }),
    ...(Object.keys(privacy).length === 0 ? {} : { privacy: { ...given.privacy, ...privacy } }),
  }
  return { ...(options.name === undefined ? {} : { name: options.name }), ...(Object.keys(settings).length === 0 ? {} : { settings }) }
}

function namesOf(names: string[]): string[] {
  return names.length === 1 && names[0] === 'none' ? [] : names
}

function readRules(path: string): unknown[] {
  const rules = readJson(path)
  if (!Array.isArray(rules)) throw new CommandError(`${path} holds no list of rules.`)
  return rules
}

/** The server says what is wrong with a setting. */
function readObject(path: string): Settings {
  const settings = readJson(path)
  if (typeof settings !== 'object' || settings === null || Array.isArray(settings))
    throw new CommandError(`${path} holds no object of settings.`)
  return settings
}

function readJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch (cause) {
    if (cause instanceof SyntaxError) throw new CommandError(`${path} is not JSON: ${cause.message}.`, { cause })
    throw cause
  }
}

function nullForNone(value: NumberOrNone): number | null {
  return value === 'none' ? null : value
}

function numberOrNone(text: string): NumberOrNone {
  if (text === 'none') return text
  const number = Number(text)
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(number)) throw new InvalidArgumentError('It must be a whole number, or none.')
  return number
}
