/**
 * What a project says about its own reports: how much, which and how much of each is kept. One JSON column of the ledger, one object of the
 * API. Every list is bounded, because each upload is held against it.
 */
import { type Static, type TSchema, Type } from 'typebox'
import { defaultSources, SymbolSources } from '../sources/symbol-source.ts'

const nullable = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()])

/** Longest name of a field that a rule can name; intake cuts names there. */
const FieldName = Type.String({ minLength: 1, maxLength: 1024 })

export const KeepRule = Type.Object(
  {
    name: Type.String({ pattern: '^[a-z0-9_]{1,60}$', description: 'Counted as rule_NAME' }),
    field: nullable(Type.String({ minLength: 1, maxLength: 1024, description: 'null: every report matches' })),
    operator: Type.Union([Type.Literal('equals'), Type.Literal('contains'), Type.Literal('absent')]),
    value: Type.String({ maxLength: 1024, description: 'Without regard to case; not looked at by "absent"' }),
    keepPercent: Type.Number({
      minimum: 0,
      maximum: 100,
      description: '100 keeps what matches, 0 drops it, others keep so many by chance',
    }),
  },
  { additionalProperties: false },
)

export const PrivacyRules = Type.Object(
  {
    dropFields: Type.Array(FieldName, { maxItems: 200, description: 'Names without regard to case; * at the end stands for any ending' }),
    hashFields: Type.Array(FieldName, { maxItems: 200, description: 'Replaced by a keyed hash: equal values stay equal' }),
    stripUrls: Type.Boolean({ description: 'Without user, query, fragment and tokens, in fields and in reports of browsers' }),
    keepBrowserUrls: Type.Boolean({ description: 'Addresses in reports of browsers stay whole; false: those are always stripped' }),
    dropAddress: Type.Boolean({ description: "The sender's network address is not kept" }),
    metadataOnly: Type.Boolean({ description: 'Fields are kept, files are not' }),
  },
  { additionalProperties: false },
)

const settings = {
  maxUploadBytes: nullable(
    Type.Integer({ minimum: 1024, maximum: 1024 ** 4, description: "One upload as sent and unpacked; null, or more: the server's limit" }),
  ),
  dailyQuota: nullable(Type.Integer({ minimum: 0, maximum: 1_000_000_000, description: 'Reports kept per UTC day; null: any number' })),
  rules: Type.Array(KeepRule, { maxItems: 100, description: 'The first that matches decides; what matches none is kept' }),
  allowedOrigins: Type.Array(Type.String({ pattern: '^https?://[^/?#@\\s]{1,253}$' }), {
    maxItems: 100,
    description: 'Pages that may report; empty: any',
  }),
  sourceMapOrigins: Type.Array(Type.String({ pattern: '^https://[^/?#@\\s]{1,253}$' }), {
    maxItems: 20,
    description: 'Origins of scripts whose source maps the server may fetch; empty: none',
  }),
  symbolQuotaBytes: nullable(
    Type.Integer({ minimum: 0, maximum: 1024 ** 5, description: "The project's symbol files and source maps together; null: any size" }),
  ),
  symbolQuotaFiles: nullable(
    Type.Integer({ minimum: 0, maximum: 1_000_000_000, description: 'The same, as a number of files; null: any' }),
  ),
  symbolsUnusedDays: nullable(
    Type.Integer({ minimum: 1, maximum: 36_500, description: 'Symbols that no report has needed for so long are removed; null: never' }),
  ),
  keepDebugFiles: Type.Boolean({ description: 'Programs and debug files are kept as they were uploaded, beside the symbols made of them' }),
  symbolSources: SymbolSources,
  symbolAccess: Type.Union([Type.Literal('token'), Type.Literal('public')], {
    description: "Who gets the project's symbols at /symbols, /buildid and /symbolicate: who has a token, or everybody",
  }),
  privacy: PrivacyRules,
}

export const ProjectSettings = Type.Object(settings, { additionalProperties: false })

/** What is left out stays as it is. */
export const ProjectUpdate = Type.Object(
  {
    name: Type.Optional(Type.String({ minLength: 1, maxLength: 200 })),
    settings: Type.Optional(
      Type.Object(
        {
          maxUploadBytes: Type.Optional(settings.maxUploadBytes),
          dailyQuota: Type.Optional(settings.dailyQuota),
          rules: Type.Optional(settings.rules),
          allowedOrigins: Type.Optional(settings.allowedOrigins),
          sourceMapOrigins: Type.Optional(settings.sourceMapOrigins),
          symbolQuotaBytes: Type.Optional(settings.symbolQuotaBytes),
          symbolQuotaFiles: Type.Optional(settings.symbolQuotaFiles),
          symbolsUnusedDays: Type.Optional(settings.symbolsUnusedDays),
          keepDebugFiles: Type.Optional(settings.keepDebugFiles),
          symbolSources: Type.Optional(
            Type.Object(
              {
                enabled: Type.Optional(SymbolSources.properties.enabled),
                list: Type.Optional(SymbolSources.properties.list),
              },
              { additionalProperties: false },
            ),
          ),
          symbolAccess: Type.Optional(settings.symbolAccess),
          privacy: Type.Optional(
            Type.Object(
              {
                dropFields: Type.Optional(PrivacyRules.properties.dropFields),
                hashFields: Type.Optional(PrivacyRules.properties.hashFields),
                stripUrls: Type.Optional(PrivacyRules.properties.stripUrls),
                keepBrowserUrls: Type.Optional(PrivacyRules.properties.keepBrowserUrls),
                dropAddress: Type.Optional(PrivacyRules.properties.dropAddress),
                metadataOnly: Type.Optional(PrivacyRules.properties.metadataOnly),
              },
              { additionalProperties: false },
            ),
          ),
        },
        { additionalProperties: false },
      ),
    ),
  },
  { additionalProperties: false },
)

export type KeepRule = Static<typeof KeepRule>
export type PrivacyRules = Static<typeof PrivacyRules>
export type ProjectSettings = Static<typeof ProjectSettings>
export type ProjectUpdate = Static<typeof ProjectUpdate>

/** Of a project that says nothing. */
export const defaultSettings: ProjectSettings = {
  maxUploadBytes: null,
  dailyQuota: null,
  rules: [],
  allowedOrigins: [],
  sourceMapOrigins: [],
  symbolQuotaBytes: null,
  symbolQuotaFiles: null,
  symbolsUnusedDays: null,
  keepDebugFiles: false,
  symbolSources: defaultSources,
  symbolAccess: 'token',
  privacy: { dropFields: [], hashFields: [], stripUrls: false, keepBrowserUrls: false, dropAddress: false, metadataOnly: false },
}

export function mergedSettings(
  before: ProjectSettings,
  { privacy, symbolSources, ...rest }: NonNullable<ProjectUpdate['settings']>,
): ProjectSettings {
  return {
    ...before,
    ...rest,
    symbolSources: { ...before.symbolSources, ...symbolSources },
    privacy: { ...before.privacy, ...privacy },
  }
}
