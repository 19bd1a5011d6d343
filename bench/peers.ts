import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { onPath } from './measure.ts'

/** Programs that do the same, where this machine has them. */
export interface Peers {
  /** rust-minidump's `minidump-stackwalk`: `cargo install minidump-stackwalk`. */
  readonly rust: string | undefined
  /** Breakpad's `minidump_stackwalk`: in the npm package `minidump`, in a folder of its own. */
  readonly breakpad: string | undefined
  /** Mozilla's `dump_syms`: `cargo install dump_syms`. */
  readonly mozillaDumper: string | undefined
  /** Breakpad's, from the npm package. */
  readonly breakpadDumper: string | undefined
}

/** Looked for on the PATH; Breakpad's also in the folder that `BREAKPAD_BIN` names, or in the one of `npm i --prefix FOLDER minidump` given as that. */
export function findPeers(): Peers {
  const given = process.env.BREAKPAD_BIN
  const places = given === undefined ? [] : [given, join(given, 'linux-x64'), join(given, 'node_modules/minidump/bin/linux-x64')]
  const breakpad = places.map((folder) => join(folder, 'minidump_stackwalk')).find(existsSync) ?? onPath('minidump_stackwalk')
  const breakpadDumper = places.map((folder) => join(folder, 'dump_syms')).find(existsSync)
  return { rust: onPath('minidump-stackwalk'), breakpad, mozillaDumper: onPath('dump_syms'), breakpadDumper }
}
