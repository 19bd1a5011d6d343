import type { Cursor } from '../cursor.ts'
import { Integers } from '../output/number-list.ts'
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
  readonly tags: Integers = new Integers()
  readonly kinds: Integers = new Integers()
  readonly children: Integers = new Integers()
  /** Bytes of a whole entry where all its values have fixed sizes, else -1. */
  readonly fixedSizes: Integers = new Integers()
  /** First and behind the last of the attributes. */
  readonly starts: Integers = new Integers()
  readonly ends: Integers = new Integers()
  readonly names: Integers = new Integers()
  readonly forms: Integers = new Integers()
  /** Values of the form implicit_const. */
  readonly implicits: number[] = []
  readonly stepStarts: Integers = new Integers()
  readonly stepEnds: Integers = new Integers()
  /** Like those of `formStep`, with neighbours of fixed size joined. */
  readonly steps: Integers = new Integers()
}

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
    table.tags.array[code] = tag
    table.kinds.array[code] = tag === dw.tagSubprogram ? kindFunction : tag === dw.tagInlinedSubroutine ? kindInlined : kindOther
    table.children.array[code] = hasChildren
    table.starts.array[code] = start
    table.ends.array[code] = table.names.length
    addSteps(table, code, format)
  }
}

function addEmpty(table: Abbreviations): void {
  for (const list of [table.tags, table.kinds, table.children, table.starts, table.ends, table.stepStarts, table.stepEnds]) list.push(0)
  table.fixedSizes.push(-1)
}

function addSteps(table: Abbreviations, code: number, format: UnitFormat): void {
  const { steps } = table
  table.stepStarts.array[code] = steps.length
  let fixed = 0
  for (let index = table.starts.at(code); index < table.ends.at(code); index++) {
    const step = formStep(table.forms.at(index), format)
    if (step >= 0) {
      fixed += step
      continue
    }
    if (fixed > 0) steps.push(fixed)
    fixed = 0
    steps.push(step)
  }
  if (steps.length === table.stepStarts.at(code)) table.fixedSizes.array[code] = fixed
  else if (fixed > 0) steps.push(fixed)
  table.stepEnds.array[code] = steps.length
}
