import { BlockList, isIP, isIPv6 } from 'node:net'

/** What IANA's special-purpose registries list as not globally reachable, and multicast. */
const special: readonly (readonly [string, number])[] = [
  ...([
    ['0.0.0.0', 8],
    ['10.0.0.0', 8],
    ['100.64.0.0', 10],
    ['127.0.0.0', 8],
    ['169.254.0.0', 16],
    ['172.16.0.0', 12],
  ] as const),
  ...([
    ['192.0.0.0', 24],
    ['192.0.2.0', 24],
    ['192.88.99.0', 24],
    ['192.168.0.0', 16],
    ['198.18.0.0', 15],
  ] as const),
  ...([
    ['198.51.100.0', 24],
    ['203.0.113.0', 24],
    ['224.0.0.0', 3],
  ] as const),
]
/** Of IPv6 only 2000::/3 is given out at all; in it, tunnels that hold an IPv4 address, and documentation. */
const specialSix: readonly (readonly [string, number])[] = [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
]

const blocked = new BlockList()
for (const [address, bits] of special) blocked.addSubnet(address, bits, 'ipv4')
for (const [address, bits] of specialSix) blocked.addSubnet(address, bits, 'ipv6')
const given = new BlockList()
given.addSubnet('2000::', 3, 'ipv6')

/** Whether a server may be asked under this address without reaching into its owner's own network. */
export function isPublicAddress(address: string): boolean {
  if (isIP(address) === 0) return false
  if (isIPv6(address)) return given.check(address, 'ipv6') && !blocked.check(address, 'ipv6')
  return !blocked.check(address, 'ipv4')
}
