import type { CpuContext } from '@crashkeep/minidump'
import { isPermitted, type MemoryOperation } from './fault.ts'
import type { MemoryRegions, Region } from './memory-regions.ts'

/** An address that one bit away would have been right: memory or a register of a broken machine may have lost it. */
export interface BitFlip {
  /** What the address may have been meant to be. */
  readonly address: bigint
  /** The register that held the wrong one; `undefined`: the address as a whole. */
  readonly register: string | undefined
  readonly details: BitFlipDetails
  /** 0 to 1. */
  readonly confidence: number
}

export interface BitFlipDetails {
  readonly wasNonCanonical: boolean
  readonly isNull: boolean
  /** Only with `isNull`: the wrong address was small, so it may have been no address at all. */
  readonly wasLow: boolean
  /** How many registers hold an address near the right one. */
  readonly nearbyRegisters: number
  /** A register holds a pattern that memory is filled with when it is freed. */
  readonly poisonRegisters: boolean
}

/** Where a bit may have flipped: which bits, and what is known of the access. */
export interface FlipSearch {
  readonly firstBit: number
  readonly endBit: number
  readonly wasNonCanonical: boolean
  readonly operation: MemoryOperation
  /** Bytes of the access that failed. */
  readonly accessSize: number | undefined
  readonly regions: MemoryRegions
  readonly context: CpuContext | undefined
}

/** Every right address that is one bit away from `address`; none when `address` is itself good, or right behind something good. */
export function bitFlips(address: bigint, register: string | undefined, search: FlipSearch): BitFlip[] {
  const { regions, accessSize } = search
  if (mayBeMeant(regions.at(address), search.operation)) return []
  if (accessSize !== undefined && isCloserThan(BigInt(accessSize), address, search)) return []
  const flips: BitFlip[] = []
  for (let bit = search.firstBit; bit < search.endBit; bit++) {
    const flipped = address ^ (1n << BigInt(bit))
    const isMapped = mayBeMeant(regions.at(flipped), search.operation)
    // A null pointer counts though nothing is mapped there: some check went wrong then.
    if (flipped === 0n) flips.push(bitFlip(flipped, register, address, search))
    if (isMapped) flips.push(bitFlip(flipped, register, address, search))
  }
  return flips
}

function mayBeMeant(region: Region | undefined, operation: MemoryOperation): boolean {
  return region !== undefined && isPermitted(operation, region) !== false
}

/** A miss by less than the access itself is an index that is off by one, not a flipped bit. */
function isCloserThan(distance: bigint, address: bigint, { regions, operation }: FlipSearch): boolean {
  return regions.all.some((region) => {
    if (!mayBeMeant(region, operation)) return false
    const gap = address < region.start ? region.start - address : address > region.last ? address - region.last : 0n
    return gap < distance
  })
}

function bitFlip(address: bigint, register: string | undefined, original: bigint, search: FlipSearch): BitFlip {
  const details = flipDetails(address, original, search)
  return { address, register, details, confidence: confidenceOf(details) }
}

const nearbyBytes = 4096n
/** Below it every small number would be near. */
const lowAddress = nearbyBytes * 2n

/** What js/src/util/Poison.h of Firefox and jemalloc fill memory with. */
const poison: ReadonlySet<bigint> = new Set(
  [0x2b, 0x2d, 0x2f, 0x49, 0x4b, 0x4d, 0x4f, 0x6b, 0x8b, 0x9b, 0x9f, 0xa5, 0xbb, 0xcc, 0xcd, 0xce, 0xdb, 0xe5].map(
    (byte) => BigInt(byte) * 0x0101_0101_0101_0101n,
  ),
)

function flipDetails(address: bigint, original: bigint, { wasNonCanonical, context }: FlipSearch): BitFlipDetails {
  const values = [...(context?.registers.values() ?? [])]
  const isNear = (value: bigint) => (value > address ? value - address : address - value) <= nearbyBytes
  return {
    wasNonCanonical,
    isNull: address === 0n,
    wasLow: address === 0n && original <= lowAddress,
    nearbyRegisters: address > lowAddress ? values.filter(isNear).length : 0,
    poisonRegisters: values.some((value) => poison.has(value)),
  }
}

// The weights are rust-minidump's, and it says that they are guesses. Arithmetic is in single precision, as its output shows.
const low = 0.25
const medium = 0.5
const high = Math.fround(0.9)
const nearbyWeights = [0, medium, sum(medium, 0.05), sum(medium, 0.1), sum(medium, 0.15)]

function sum(a: number, b: number): number {
  return Math.fround(a + Math.fround(b))
}

function confidenceOf(details: BitFlipDetails): number {
  const weights = [low]
  if (details.wasNonCanonical) weights.push(high)
  if (details.isNull) weights.push(details.wasLow ? medium * medium : medium)
  if (details.nearbyRegisters > 0) weights.push(nearbyWeights[Math.min(details.nearbyRegisters, nearbyWeights.length - 1)] ?? 0)
  const doubt = weights.reduce((product, weight) => Math.fround(product * Math.fround(1 - weight)), 1)
  const confidence = Math.fround(1 - doubt)
  return details.poisonRegisters ? Math.fround(confidence * medium) : confidence
}
