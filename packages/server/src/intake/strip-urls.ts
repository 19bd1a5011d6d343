/**
 * Takes out of a text what addresses give away: user and password, query, fragment, parts of the path that look like secrets, and
 * tokens outside of addresses. Positions of script frames (`app.js?v=1:10:5`) stay. All patterns take time in proportion to the text.
 */

const address = /\b[a-z][a-z0-9+.-]{0,19}:\/\/[^\s"<>`\\]+/gi
/** What a text puts behind an address and what may also be its end. */
const closing = /[)\]}',;]{0,10}$/
/** Line and column behind a script's address. */
const position = /(?::\d{1,9}){1,2}$/
const bearer = /\b(Bearer|Basic) +[\w.~+/-]{8,}=*/gi
/** Three base64url pieces, the first of which is JSON. */
const webToken = /\beyJ[\w-]{5,}\.[\w-]{5,}\.[\w-]*/g
/** Fields that hold an address without its host. */
const addressName = /url|uri|href|referr?er|location|link|path/i
const secretLength = 32
const stripped = '…'

export function stripUrls(text: string): string {
  return text.replace(address, stripAddress).replace(bearer, `$1 ${stripped}`).replace(webToken, stripped)
}

/** The value of a field or a member: one that is named as an address may be an address without a host. */
export function stripNamedUrl(name: string, value: string): string {
  const text = stripUrls(value)
  return text.startsWith('/') && addressName.test(name) && !/\s/.test(text) ? stripPath(text) : text
}

function stripAddress(text: string): string {
  const [behind = ''] = closing.exec(text) ?? []
  const whole = text.slice(0, text.length - behind.length)
  const hostStart = whole.indexOf('://') + 3
  const hostEnd = indexOfAny(whole, '/?#', hostStart)
  const authority = whole.slice(hostStart, hostEnd)
  return whole.slice(0, hostStart) + authority.slice(authority.lastIndexOf('@') + 1) + stripPath(whole.slice(hostEnd)) + behind
}

function stripPath(path: string): string {
  const end = indexOfAny(path, '?#', 0)
  const at = end === path.length ? '' : (position.exec(path.slice(end))?.[0] ?? '')
  return path.slice(0, end).split('/').map(stripSegment).join('/') + at
}

/** Ids of 32 and more digits and letters open documents, reset passwords and write to projects. File names have a dot. */
function stripSegment(segment: string): string {
  const isSecret = segment.length >= secretLength && /^[\w~%=-]+$/.test(segment) && /\d/.test(segment) && /[a-z]/i.test(segment)
  return isSecret ? stripped : segment
}

function indexOfAny(text: string, characters: string, from: number): number {
  for (let i = from; i < text.length; i += 1) if (characters.includes(text.charAt(i))) return i
  return text.length
}
