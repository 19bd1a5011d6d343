/** Uploads in every order and state, of which small servers refuse, lose or die of some. */
import { crashpadBoundary, dump, dumpPart, fields, form, formType, gzipped, inChunks } from './bodies.ts'
import { type ReplayCase, withQuery } from './case.ts'
import { anySuccess, refusal } from './clients.ts'
import type { Sent } from './replay-exchange.ts'

const whole = (seed: number) => form([...fields({ ProductName: 'Replay', Version: '1.2.3' }), dumpPart(dump(seed))])
const type = { 'content-type': formType() }

function upload(what: string, wants: 'kept' | 'refused', sent: Omit<Sent, 'url'> & { readonly query?: string }): ReplayCase {
  const { query, ...rest } = sent
  return {
    client: 'any',
    what,
    wants,
    read: wants === 'kept' ? anySuccess : refusal,
    send: (peer) => peer.exchange({ headers: type, ...rest, url: query === undefined ? peer.uploadUrl : withQuery(peer.uploadUrl, query) }),
  }
}

/** The 23 of them that were tried on Antenna, mini-breakpad-server and simple-breakpad-server. */
export const uploadCases: readonly ReplayCase[] = [
  upload('plain, with length', 'kept', { body: whole(101) }),
  upload('plain, chunked', 'kept', { body: inChunks(whole(102)) }),
  upload('gzip, with length', 'kept', { headers: { ...type, 'content-encoding': 'gzip' }, body: gzipped(whole(103)) }),
  upload('gzip, chunked', 'kept', { headers: { ...type, 'content-encoding': 'gzip' }, body: inChunks(gzipped(whole(104))) }),
  upload('product, version and guid in the address', 'kept', { query: 'product=Replay&version=1&guid=g', body: whole(105) }),
  upload('boundary in quotes', 'kept', {
    headers: { 'content-type': `multipart/form-data; boundary="${crashpadBoundary}"` },
    body: whole(106),
  }),
  upload('charset before the boundary', 'kept', {
    headers: { 'content-type': `multipart/form-data; charset=utf-8; boundary=${crashpadBoundary}` },
    body: whole(107),
  }),
  upload('fields without a dump', 'kept', { body: form(fields({ ProductName: 'Replay' })) }),
  upload('a dump without fields', 'kept', { body: form([dumpPart(dump(109))]) }),
  upload('no closing boundary', 'kept', { body: form([...fields({ ProductName: 'Replay' }), dumpPart(dump(110))], { closing: 'none' }) }),
  upload('cut off in the dump', 'kept', { body: whole(111).subarray(0, whole(111).length - 600) }),
  upload('an empty dump', 'kept', { body: form([...fields({ ProductName: 'Replay' }), dumpPart(Buffer.alloc(0))]) }),
  upload('garbage for a dump', 'kept', { body: form([...fields({ ProductName: 'Replay' }), dumpPart(Buffer.from('no dump at all'))]) }),
  {
    client: 'any',
    what: 'JSON for a form',
    wants: 'refused',
    // A server that takes browsers' reports says 204 to what is none, because browsers try again after a refusal.
    read: (answer) => (answer.status === 204 ? undefined : refusal(answer)),
    send: (peer) =>
      peer.exchange({
        url: peer.uploadUrl,
        headers: { 'content-type': 'application/json' },
        body: Buffer.from('{"ProductName":"Replay"}'),
      }),
  },
  upload('no boundary named', 'refused', { headers: { 'content-type': 'multipart/form-data' }, body: whole(114) }),
  upload('gzip that is none', 'refused', { headers: { ...type, 'content-encoding': 'gzip' }, body: Buffer.from('this is not gzip') }),
  upload('an empty body', 'refused', { body: Buffer.alloc(0) }),
  upload('fields as one JSON part', 'kept', {
    body: form([
      { name: 'extra', fileName: 'extra.json', type: 'application/json', value: '{"ProductName":"Replay","Version":"1"}' },
      dumpPart(dump(117)),
    ]),
  }),
  upload('an id that the sender chose', 'kept', {
    body: form([...fields({ uuid: 'de1bb258-cbbf-4589-a673-34f800160918', ProductName: 'Replay' }), dumpPart(dump(118))]),
  }),
  upload('two dumps and a file', 'kept', {
    body: form([
      dumpPart(dump(119)),
      { name: 'upload_file_minidump_browser', fileName: 'b.dmp', value: dump(219) },
      { name: 'memory_report', fileName: 'm.json.gz', value: 'x' },
    ]),
  }),
  upload('names that servers keep for themselves', 'kept', {
    body: form([
      dumpPart(dump(120)),
      ...['dump_names', 'raw_crash', 'report.json', '../x', 'CON', '__proto__'].map((name) => ({ name, fileName: name, value: name })),
    ]),
  }),
  upload('bytes that are no UTF-8', 'kept', {
    body: form([{ name: 'ProductName', value: Buffer.from([0x52, 0xff, 0xfe, 0x00, 0x79]) }, dumpPart(dump(121))]),
  }),
  upload('GET', 'refused', { method: 'GET', headers: {} }),
]
