import { type TSchema, Type } from 'typebox'
import { Value } from 'typebox/value'
import { processLimits } from './limits.ts'
import type { FromChild } from './messages.ts'

const text = (maxLength: number) => Type.String({ maxLength })
const nullable = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()])
/** Names come from the dump; a path of Windows has at most 32,767 characters. */
const maxNameLength = 32_768
const module = {
  debugFile: text(maxNameLength),
  debugId: text(100),
  codeFile: Type.Optional(text(maxNameLength)),
  codeId: Type.Optional(text(4096)),
}

const Message = Type.Union([
  Type.Object({ type: Type.Literal('ready') }),
  Type.Object({ type: Type.Literal('modules'), modules: Type.Array(Type.Object(module), { maxItems: processLimits.maxModulesAsked }) }),
  Type.Object({
    type: Type.Literal('done'),
    summary: Type.Object({
      signature: text(processLimits.maxSignatureLength),
      rulesVersion: Type.Integer({ minimum: 0 }),
      reason: nullable(text(1000)),
      platform: nullable(text(200)),
      crashedAt: nullable(Type.Integer({ minimum: 0 })),
      annotations: Type.Array(Type.Tuple([text(processLimits.maxAnnotationLength), text(processLimits.maxAnnotationLength)]), {
        maxItems: processLimits.maxAnnotations,
      }),
      page: Type.Optional(
        Type.Object({
          route: nullable(text(1000)),
          browser: nullable(text(200)),
          visibility: nullable(text(200)),
          frame: nullable(text(200)),
        }),
      ),
      problems: Type.Array(Type.Object({ code: text(100), message: text(processLimits.maxProblemLength) }), {
        maxItems: processLimits.maxProblems,
      }),
      modules: Type.Array(Type.Object({ ...module, hadSymbols: Type.Boolean() }), { maxItems: processLimits.maxModulesKept }),
    }),
  }),
  Type.Object({
    type: Type.Literal('converted'),
    modules: Type.Array(
      Type.Object({
        format: text(20),
        debugFile: text(maxNameLength),
        debugId: text(100),
        codeId: nullable(text(4096)),
        functions: Type.Integer({ minimum: 0 }),
        publics: Type.Integer({ minimum: 0 }),
        hasCode: Type.Boolean(),
        hasDebug: Type.Boolean(),
        problems: Type.Array(Type.Object({ code: text(100), message: text(processLimits.maxProblemLength) }), {
          maxItems: processLimits.maxProblems,
        }),
      }),
      { maxItems: processLimits.maxModulesPerFile },
    ),
  }),
  Type.Object({ type: Type.Literal('unreadable'), code: text(100), message: text(processLimits.maxProblemLength) }),
  Type.Object({ type: Type.Literal('error'), message: text(processLimits.maxProblemLength) }),
])

/** undefined: not a message of ours. A child that says such a thing is not trusted any further. */
export function checkMessage(value: unknown): FromChild | undefined {
  return Value.Check(Message, value) ? (value as FromChild) : undefined
}
