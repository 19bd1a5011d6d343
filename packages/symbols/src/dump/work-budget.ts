import { maxWorkPerByte, minWork } from './limits.ts'
import { Damage } from './problem.ts'

/**
 * Bounds what a small file can make us do by naming the same bytes again and again: one step is a byte, a row or a range that is looked at. What
 * compilers write needs less than two steps for a byte.
 */
export class WorkBudget {
  // Not `#`: V8's quick compiler knows no short way to write those, and these are written millions of times.
  private left = minWork

  /** Called with the size of each section when it is opened. */
  allow(bytes: number): void {
    this.left += bytes * maxWorkPerByte
  }

  spend(steps: number): void {
    this.left -= steps
    if (this.left < 0) throw new Damage('too_much_work', 'The file names the same bytes so often that reading was given up.')
  }
}
