/** A machine as far as a power cut knows it: where a data folder lies, and what is left of it afterwards. */
import type { TestedServer } from './server.ts'

export interface Machine {
  readonly name: string
  readonly dataDir: string
  /** For the server that runs on it. */
  readonly environment: Readonly<Record<string, string>>
  /** Writes what lies below a path in the data folder, as every system does at times without being asked; ext4 its whole disk. */
  flush(path: string): Promise<void>
  /** Ready to cut the power within microseconds of being asked. */
  knife(server: TestedServer): Promise<PowerCut>
  /** After this the data folder is what the cut has left. The server of before has ended. */
  powerOn(): Promise<void>
  remove(): Promise<void>
}

export interface PowerCut {
  /** Resolves when nothing is written any more. */
  cut(): Promise<void>
  /** Lets the power on. */
  spare(): Promise<void>
}

/** `apart`: no sync of one part of the data folder may hide that another is missing, where that can be. */
export type MakeMachine = (folder: string, apart: boolean) => Promise<Machine>
