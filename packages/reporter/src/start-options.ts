import type { Retention } from './database/prune.ts'

/** Everything that any version of Electron takes, then ours. */
export interface CrashReporterStartOptions {
  /** Where reports are sent as POST. Required unless `uploadToServer` is false. */
  readonly submitURL?: string
  /** Default: `app.name`. */
  readonly productName?: string
  /** Old name of `globalExtra._companyName`. */
  readonly companyName?: string
  /** Whether reports are sent; without it they are collected only. Default: true. */
  readonly uploadToServer?: boolean
  /** Name of `uploadToServer` up to Electron 2. */
  readonly autoSubmit?: boolean
  /** Of no effect here, as on Linux in Electron: the core file and the exit status of a crash stay as they were. Default: false. */
  readonly ignoreSystemCrashHandler?: boolean
  /** One upload in an hour. Default: false. */
  readonly rateLimit?: boolean
  /** Default: true. */
  readonly compress?: boolean
  /** Strings that go with reports of this process. */
  readonly extra?: Readonly<Record<string, string>>
  /** Strings that go with reports of this process and of its children; they win over `extra`. */
  readonly globalExtra?: Readonly<Record<string, string>>
  /** Where reports are kept. Default: `app.getPath('crashDumps')`. */
  readonly crashesDirectory?: string
  /** Ours: what of the reports is kept, how long. Default: 365 days, 1000 reports, 128 MiB. */
  readonly retention?: Retention
  /** Ours: a main thread that is stuck for so long is reported. Default: never. */
  readonly hangTimeoutMs?: number
  /** Ours: the environment, secrets included, goes into dumps. Default: false. */
  readonly includeEnvironment?: boolean
  /** Ours: adds to NODE_OPTIONS what makes children report that are started otherwise than by `fork`. Default: false. */
  readonly nodeOptions?: boolean
}

/** The options with Electron's defaults, checked; what every process of the program shares. */
export interface StartSettings {
  readonly submitURL: string
  readonly uploadToServer: boolean
  readonly rateLimit: boolean
  readonly compress: boolean
  readonly globalExtra: Readonly<Record<string, string>>
  readonly retention: Retention
  readonly hangTimeoutMs?: number
  readonly includeEnvironment?: boolean
}

/** Throws in Electron's words. */
export function settingsOf(
  options: CrashReporterStartOptions,
  identity: { readonly name: string; readonly version: string },
): StartSettings {
  const { submitURL = '', productName = identity.name, companyName, globalExtra = {}, extra = {} } = options
  const uploadToServer = options.uploadToServer ?? options.autoSubmit ?? true
  if (uploadToServer && !submitURL) throw new Error('submitURL must be specified when uploadToServer is true')
  checkStrings(globalExtra, 5)
  checkStrings(extra, 6)
  return {
    submitURL,
    uploadToServer,
    rateLimit: options.rateLimit ?? false,
    compress: options.compress ?? true,
    globalExtra: {
      ...(companyName !== undefined && { _companyName: String(companyName) }),
      _productName: String(productName),
      _version: identity.version,
      ...globalExtra,
    },
    retention: options.retention ?? {},
    ...(options.hangTimeoutMs !== undefined && { hangTimeoutMs: options.hangTimeoutMs }),
    ...(options.includeEnvironment !== undefined && { includeEnvironment: options.includeEnvironment }),
  }
}

/** As the converter of Electron's native side does: the position is that of its own function. */
function checkStrings(values: unknown, position: number): void {
  const fits = typeof values === 'object' && values !== null && Object.values(values).every((value) => typeof value === 'string')
  if (!fits) throw conversionError(position, values)
}

export function conversionError(position: number, value: unknown): TypeError {
  const shown = typeof value === 'object' && value !== null ? `#<${value.constructor?.name ?? 'Object'}>` : String(value)
  return new TypeError(`Error processing argument at index ${position}, conversion failure from ${shown}`)
}
