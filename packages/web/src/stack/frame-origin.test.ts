import { describe, expect, it } from 'vitest'
import { frameOrigin } from './frame-origin.ts'

const origin = (module: string | undefined, name?: string) => frameOrigin({ module, function: name })

describe('frameOrigin', () => {
  it.each([
    'libc.so.6',
    'ntdll.dll',
    'KERNELBASE.dll',
    'libsystem_kernel.dylib',
    'ld-linux-x86-64.so.2',
    'libart.so',
    'CoreFoundation',
    'libpthread-2.19.so',
  ])('lets %s recede', (module) => {
    expect(origin(module, 'whatever')).toBe('system')
  })
  it.each(['libxul.so', 'app', 'electron.exe', 'libmine.so', 'libcurious.so', 'kernel32_hooks.dll'])('takes %s for ours', (module) => {
    expect(origin(module)).toBe('own')
  })
  it('knows runtimes that are linked into the program by their names', () => {
    expect([origin('app', 'std::rt::lang_start'), origin('app', 'v8::internal::Invoke'), origin('app', 'Store::save')]).toEqual([
      'system',
      'system',
      'own',
    ])
  })
  it('counts code of no module as ours', () => {
    expect(origin(undefined)).toBe('own')
  })
})
