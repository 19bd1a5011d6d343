import { InvalidArgumentError } from 'commander'

/** For options that count something. */
export function wholeNumber(text: string): number {
  const value = Number(text)
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError('It takes a whole number from 1 up.')
  return value
}
