import type { Cursor } from '../cursor.ts'
import { Damage } from '../problem.ts'
import * as dw from './constants.ts'
import { formStep, type UnitFormat } from './forms.ts'

/** Compilers number abbreviations from 1 without gaps; link-time optimisation makes some ten thousand in one table. */
const maxCode = 1_000_000
/** Of one abbreviation. GCC's longest have some thirty. */
const maxAttributes = 4096

/** What the walk does with an entry. */
export const kindOther = 0
export const kindFunction = 1
export const kindInlined = 2

/** A table of abbreviations, flat: number `n` of an abbreviation is its code. Steps over whole entries are worked out once. */
export class Abbreviations {
  /** Tag by code; 0 where there is none. */
  readonly tags: number[] = []
  readonly kinds: number[] = []
  readonly children: number[] = []
  /** Bytes of a whole entry where all its values have fixed sizes, else -1. */
  readonly fixedSizes: number[] = []
  /** First and behind the last of the attributes. */
  readonly starts: number[] = []
  readonly ends: number[] = []
  readonly names: number[] = []
  readonly forms: number[] = []
  /** Values of the form implicit_const. */
  readonly implicits: number[] = []
  readonly stepStarts: number[] = []
  readonly stepEnds: number[] = []
  /** Like those of `formStep`, with neighbours of fixed size joined. */
  readonly steps: number[] = []
  /** The same for who wants what functions and inlined calls say: values that nobody wants are stepped over, the others have a name. */
  readonly planStarts: number[] = []
  readonly planEnds: number[] = []
  /** Name of the value, or 0 for a step. */
  readonly planNames: number[] = []
  /** Form of the value, or the step. */
  readonly planForms: number[] = []
  readonly planImplicits: number[] = []
}

/** What is wanted of functions and inlined calls. */
const wantedNames: ReadonlySet<number> = new Set([
  dw.atName,
  dw.atLinkageName,
  dw.atMipsLinkageName,
  dw.atLowPc,
  dw.atHighPc,
  dw.atRanges,
  dw.atAbstractOrigin,
  dw.atSpecification,
  dw.atCallLine,
  dw.atCallFile,
])

export function readAbbreviations(cursor: Cursor, format: UnitFormat): Abbreviations {
  const table = new Abbreviations()
  for (;;) {
    // A table at the end of its section may lack the zero that ends it.
    const code = cursor.position < cursor.end ? cursor.uleb() : 0
    if (code === 0) return table
    if (code > maxCode) throw new Damage('bad_abbreviations', 'An abbreviation of the debug information has an impossible number.')
    const tag = cursor.uleb()
    const hasChildren = cursor.u8()
    const start = table.names.length
    for (;;) {
      const name = cursor.uleb()
      const form = cursor.uleb()
      const implicit = form === dw.formImplicitConst ? cursor.sleb() : 0
      if (name === 0 && form === 0) break
      if (table.names.length - start >= maxAttributes) throw new Damage('bad_abbreviations', 'An abbreviation has too many attributes.')
      if (implicit !== 0) table.implicits[table.names.length] = implicit
      table.names.push(name)
      table.forms.push(form)
    }
    while (table.tags.length <= code) addEmpty(table)
    table.tags[code] = tag
    table.kinds[code] = tag === dw.tagSubprogram ? kindFunction : tag === dw.tagInlinedSubroutine ? kindInlined : kindOther
    table.children[code] = hasChildren
    table.starts[code] = start
    table.ends[code] = table.names.length
    addSteps(table, code, format)
    addPlan(table, code, format)
  }
}

function addEmpty(table: Abbreviations): void {
  for (const list of [
    table.tags,
    table.kinds,
    table.children,
    table.starts,
    table.ends,
    table.stepStarts,
    table.stepEnds,
    table.planStarts,
    table.planEnds,
  ])
    list.push(0)
  table.fixedSizes.push(-1)
}

function addSteps(table: Abbreviations, code: number, format: UnitFormat): void {
  const { steps } = table
  table.stepStarts[code] = steps.length
  let fixed = 0
  for (let index = table.starts[code] ?? 0; index < (table.ends[code] ?? 0); index++) {
    const step = formStep(table.forms[index] ?? 0, format)
    if (step >= 0) {
      fixed += step
      continue
    }
    if (fixed > 0) steps.push(fixed)
    fixed = 0
    steps.push(step)
  }
  if (steps.length === (table.stepStarts[code] ?? 0)) table.fixedSizes[code] = fixed
  else if (fixed > 0) steps.push(fixed)
  table.stepEnds[code] = steps.length
}

function addPlan(table: Abbreviations, code: number, format: UnitFormat): void {
  table.planStarts[code] = table.planNames.length
  let fixed = 0
  const step = (bytes: number): void => {
    if (bytes !== 0) addPlanned(table, 0, bytes, 0)
  }
  for (let index = table.starts[code] ?? 0; index < (table.ends[code] ?? 0); index++) {
    const [name, form] = [table.names[index] ?? 0, table.forms[index] ?? 0]
    const isWanted = wantedNames.has(name)
    const size = isWanted ? 0 : formStep(form, format)
    if (!isWanted && size >= 0) {
      fixed += size
      continue
    }
    step(fixed)
    fixed = 0
    if (isWanted) addPlanned(table, name, form, table.implicits[index] ?? 0)
    else step(size)
  }
  step(fixed)
  table.planEnds[code] = table.planNames.length
}

function addPlanned(table: Abbreviations, name: number, form: number, implicit: number): void {
  table.planNames.push(name)
  table.planForms.push(form)
  table.planImplicits.push(implicit)
}
