import type { Cursor } from '../cursor.ts'
import { Damage } from '../problem.ts'
import type { WorkBudget } from '../work-budget.ts'
import { maxUnitRows } from './limits.ts'
import type { LineHeader } from './line-header.ts'
import type { LineRows } from './line-rows.ts'

/**
 * Runs a line program. Sequences that do not begin in code are left out: the linker removed what they tell of. Addresses that go back begin a new
 * sequence. Operations on machines with several instructions in a word are taken as if they had one.
 */
export function runLineProgram(
  cursor: Cursor,
  header: LineHeader,
  isCode: (address: number) => boolean,
  rows: LineRows,
  budget: WorkBudget,
): void {
  const { lineBase, lineRange, opcodeBase, operandCounts, minimumInstructionLength: unit } = header
  const constantAdvance = Math.floor((255 - opcodeBase) / lineRange) * unit
  cursor.position = header.programStart
  cursor.end = header.programEnd
  // Each row takes a byte or more.
  budget.spend(Math.max(0, header.programEnd - header.programStart))
  let [address, file, line] = [0, 1, 1]
  let first = rows.addresses.length
  let last = 0
  const emit = (): void => {
    if (address < last && rows.addresses.length > first) {
      rows.push(last, 0, 0)
      finish()
    }
    last = address
    if (rows.addresses.length > maxUnitRows) throw new Damage('too_many_lines', 'A line program has more rows than the limit.')
    rows.push(address, file, line)
  }
  const finish = (): void => {
    const count = rows.addresses.length - first
    if (count > 1 && isCode(rows.addresses.at(first))) rows.endSequence(first)
    else rows.drop(first)
    first = rows.addresses.length
  }
  while (cursor.position < cursor.end) {
    const opcode = cursor.u8()
    if (opcode >= opcodeBase) {
      const special = opcode - opcodeBase
      const advance = (special / lineRange) | 0
      address += advance * unit
      line += lineBase + special - advance * lineRange
      emit()
      continue
    }
    switch (opcode) {
      case 0: {
        const length = cursor.uleb()
        if (length === 0) break
        const next = cursor.position + length
        const operation = cursor.u8()
        if (operation === 1) {
          rows.push(Math.max(address, last), 0, 0)
          finish()
          ;[address, file, line, last] = [0, 1, 1, 0]
        } else if (operation === 2) address = cursor.address(length - 1)
        else if (operation === 3) header.files.define(cursor)
        cursor.position = next
        break
      }
      case 1:
        emit()
        break
      case 2:
        address += cursor.uleb() * unit
        break
      case 3:
        line += cursor.sleb()
        break
      case 4:
        file = cursor.uleb()
        break
      case 8:
        address += constantAdvance
        break
      case 9:
        address += cursor.u16()
        break
      default:
        for (let count = operandCounts[opcode] ?? 0; count > 0; count--) cursor.skipLeb()
    }
  }
  rows.drop(first)
}
