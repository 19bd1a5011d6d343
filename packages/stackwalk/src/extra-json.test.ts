import { expect, test } from 'vitest'
import { parseExtraJson } from './extra-json.ts'
import { formatHuman } from './format/human.ts'
import { synthCrash } from './synth-crash.ts'

test('signatures of modules come as an object or as the text of one', () => {
  const signatures = { 'Mozilla Corporation': ['xul.dll', 'firefox.exe'], Microsoft: ['ntdll.dll', 7] }
  const expected = [
    ['xul.dll', 'Mozilla Corporation'],
    ['firefox.exe', 'Mozilla Corporation'],
    ['ntdll.dll', 'Microsoft'],
  ]
  expect([...parseExtraJson(JSON.stringify({ ModuleSignatureInfo: signatures })).certificates]).toEqual(expected)
  expect([...parseExtraJson(JSON.stringify({ ModuleSignatureInfo: JSON.stringify(signatures) })).certificates]).toEqual(expected)
})

test.each(['', '[]', 'null', '{"ModuleSignatureInfo": 3}', '{"ModuleSignatureInfo": "no"}'])('%s is a problem, not an error', (text) => {
  expect(parseExtraJson(text)).toMatchObject({ problems: [{ code: 'bad_extra_json' }] })
})

test('the subject stands beside loaded and unloaded modules', () => {
  const crash = synthCrash(
    {
      threads: [],
      modules: [
        { baseAddress: 0x1000n, size: 0x1000, name: 'C:\\app\\app.exe' },
        { baseAddress: 0x3000n, size: 0x1000, name: 'C:\\app\\other.dll' },
      ],
      unloadedModules: [{ baseAddress: 0x9000n, size: 0x1000, name: 'gone.dll', checksum: 0, timestamp: 1 }],
    },
    {},
    { sender: parseExtraJson('{"ModuleSignatureInfo": {"Us": ["app.exe", "gone.dll"]}, "CPUMicrocodeVersion": "0x1F"}') },
  )
  expect(crash.modules_contains_cert_info).toBe(true)
  expect(crash.modules.map((module) => module.cert_subject)).toEqual(['Us', null])
  expect(crash.unloaded_modules[0]?.cert_subject).toBe('Us')
  expect(crash.system_info.cpu_microcode_version).toBe('0x1f')
  expect(formatHuman(crash)).toContain('app.exe  ???  (main) (Us)\n')
  expect(formatHuman(crash)).toContain('gone.dll (Us)\n')
})
