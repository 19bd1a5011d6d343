/** Public servers of symbols, by the name that a project uses for them. Nothing is asked of any unless the project switched its sources on. */
import { Type } from 'typebox'
import type { Layout } from './layouts.ts'

interface Preset {
  readonly title: string
  readonly url: string
  readonly layouts: readonly Layout[]
  /** Modules that it may have; it is not told of others. */
  readonly names?: RegExp
  /** Its programs are renamed by those who ship them, see electron-names.ts. */
  readonly electron?: true
}

const windows = ['microsoft'] as const
const elf = ['debuginfod'] as const

export const presets = {
  electron: {
    title: 'Electron',
    url: 'https://symbols.electronjs.org/',
    layouts: ['breakpad', 'microsoft'],
    names: /electron|ffmpeg|libegl|libgles|vk_swiftshader|vulkan|crashpad|d3dcompiler|dxcompiler|dxil|^node/i,
    electron: true,
  },
  mozilla: { title: 'Mozilla', url: 'https://symbols.mozilla.org/', layouts: ['breakpad'] },
  chromium: { title: 'Chromium', url: 'https://chromium-browser-symsrv.commondatastorage.googleapis.com/', layouts: windows },
  microsoft: { title: 'Microsoft', url: 'https://msdl.microsoft.com/download/symbols/', layouts: windows },
  nvidia: { title: 'NVIDIA', url: 'https://driver-symbols.nvidia.com/', layouts: windows, names: /^(nv|cuda|opencl|vulkan)/i },
  amd: { title: 'AMD', url: 'https://download.amd.com/dir/bin/', layouts: windows, names: /^(ati|amd|aticfx|am[df]|vulkan)/i },
  intel: {
    title: 'Intel',
    url: 'https://software.intel.com/sites/downloads/symbols/',
    layouts: windows,
    names: /^(ig|intel|mfx|libmfx|vulkan)/i,
  },
  elfutils: { title: 'Linux distributions (federated)', url: 'https://debuginfod.elfutils.org/', layouts: elf },
  debian: { title: 'Debian', url: 'https://debuginfod.debian.net/', layouts: elf },
  ubuntu: { title: 'Ubuntu', url: 'https://debuginfod.ubuntu.com/', layouts: elf },
  fedora: { title: 'Fedora', url: 'https://debuginfod.fedoraproject.org/', layouts: elf },
  centos: { title: 'CentOS', url: 'https://debuginfod.centos.org/', layouts: elf },
  arch: { title: 'Arch Linux', url: 'https://debuginfod.archlinux.org/', layouts: elf },
  opensuse: { title: 'openSUSE', url: 'https://debuginfod.opensuse.org/', layouts: elf },
} as const satisfies Readonly<Record<string, Preset>>

export type PresetName = keyof typeof presets

export const PresetName = Type.Union([
  Type.Literal('electron'),
  Type.Literal('mozilla'),
  Type.Literal('chromium'),
  Type.Literal('microsoft'),
  Type.Literal('nvidia'),
  Type.Literal('amd'),
  Type.Literal('intel'),
  Type.Literal('elfutils'),
  Type.Literal('debian'),
  Type.Literal('ubuntu'),
  Type.Literal('fedora'),
  Type.Literal('centos'),
  Type.Literal('arch'),
  Type.Literal('opensuse'),
])

/** Of a project that only switches its sources on. The federated server of the distributions asks the single ones. */
export const defaultPresets: readonly PresetName[] = ['electron', 'mozilla', 'chromium', 'microsoft', 'nvidia', 'amd', 'intel', 'elfutils']

export function presetOf(name: PresetName): Preset {
  return presets[name]
}
