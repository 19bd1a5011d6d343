/** What BugSplat's clients send to its own addresses. */
import { dump, dumpPart, electronForm, fields, form, gzipped, inChunks } from './bodies.ts'
import { afterwards, at, formHeaders, type ReplayCase } from './case.ts'
import { bugSplat, crashpadOnLinux, refusal, textAt } from './clients.ts'
import { unrealContainer, zipped } from './packed-bodies.ts'

const program = { appName: 'Replay', appVersion: '1.2.3' }

export const bugSplatCases: readonly ReplayCase[] = [
  at('BugSplat, Electron', 'a dump', 'kept', crashpadOnLinux, ({ origin, key }) => ({
    url: `${origin}/i/${key}/post/electron/v2/crash.php?product=Electron`,
    headers: { ...formHeaders, 'content-encoding': 'gzip' },
    body: inChunks(gzipped(electronForm(312, { product: 'Replay', version: '1.2.3' }))),
  })),
  at('BugSplat, Crashpad', 'a dump, the database in the form', 'kept', bugSplat, ({ origin, key }) => ({
    url: `${origin}/post/bp/crash/crashpad.php`,
    headers: formHeaders,
    body: electronForm(313, { database: key, format: 'minidump' }),
  })),
  at('BugSplat, JavaScript', 'an error', 'kept', bugSplat, ({ origin, key }) => ({
    url: `${origin}/post/js/`,
    headers: formHeaders,
    body: form(fields({ database: key, appName: 'Replay', appVersion: '1.2.3', callstack: 'Error: no\n    at total (/app/shop.js:3:7)' })),
  })),
  at('BugSplat, Breakpad', 'a dump', 'kept', bugSplat, ({ origin, key }) => ({
    url: `${origin}/post/bp/crash/postBP.php?database=${key}`,
    headers: formHeaders,
    body: form([...fields({ prod: 'Replay', ver: '1.2.3', email: 'ann@replay.example', comments: 'it broke' }), dumpPart(dump(330))]),
  })),
  at('BugSplat, JavaScript', 'what a user says, with a file', 'kept', bugSplat, ({ origin, key }) => ({
    url: `${origin}/post/feedback/`,
    headers: formHeaders,
    body: form([
      ...fields({ database: key, ...program, title: 'slow', description: 'it is slow' }),
      { name: 'replay.log', fileName: 'replay.log', value: 'a line' },
    ]),
  })),
  at('Unreal Engine', 'its container, to BugSplat', 'kept', bugSplat, ({ origin, key }) => ({
    url: `${origin}/post/ue4/Replay/1.2.3?database=${key}`,
    headers: { 'content-type': 'application/octet-stream' },
    body: unrealContainer({ 'UE4Minidump.dmp': dump(331) }),
  })),
  afterwards(
    'BugSplat, any',
    'a zip in three steps',
    bugSplat,
    ({ origin, key }) => ({
      method: 'GET',
      url: `${origin}/api/getCrashUploadUrl?database=${key}&appName=Replay&appVersion=1.2.3&crashPostSize=100`,
    }),
    ({ origin }, { text }) => ({
      method: 'PUT',
      url: textAt(text, 'url') ?? origin,
      headers: { 'content-type': 'application/octet-stream' },
      body: zipped('crash.dmp', dump(332)),
    }),
    ({ origin, key }, _, { text }) => ({
      url: `${origin}/api/commitS3CrashUpload`,
      headers: formHeaders,
      body: form(
        fields({ database: key, ...program, crashTypeId: '5', s3key: textAt(text, 'url') ?? '', attributes: '{"phase":"checkout"}' }),
      ),
    }),
  ),
  at('BugSplat, any', 'a commit of what nobody put down', 'refused', refusal, ({ origin, key }) => ({
    url: `${origin}/api/commitS3CrashUpload`,
    headers: formHeaders,
    body: form(fields({ database: key, ...program, s3key: `${origin}/bugsplat/uploads/default/0` })),
  })),
  at('BugSplat, any', 'a database that is no key', 'refused', refusal, ({ origin }) => ({
    url: `${origin}/post/bp/crash/crashpad.php?database=${'f'.repeat(32)}`,
    headers: formHeaders,
    body: electronForm(333),
  })),
]
