/**
 * File systems whose power can be cut: ext4 on loop devices, stopped by FS_IOC_SHUTDOWN without writing what is in memory. Root only.
 *
 * A commit of ext4's journal makes every earlier name on that file system durable, whoever asked for it; so a missing sync hides behind the
 * next one of anybody. Therefore parts of a data folder may lie on disks of their own, and the journal does not commit by itself.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import type { Machine, PowerCut } from './machine.ts'
import { run } from './programs.ts'
import { until } from './until.ts'

const commandTimeoutMs = 60_000
const busyTimeoutMs = 60_000
/** Sparse; large enough that neither the spool's reserve nor a full journal decides anything. */
const imageBytes = 512 * 1024 * 1024
const journalMiB = 64
/**
 * Nor does the file system repair programs that forget to sync after a truncation or before a rename (noauto_da_alloc); seconds between commits that nobody asked for: longer than any test.
 */
const mountOptions = 'loop,noatime,noauto_da_alloc,commit=3600'

class Disks {
  readonly #folder: string
  readonly #powercut: string
  readonly #mounted = new Set<string>()

  /** `powercut` is the compiled program of that name. */
  constructor(folder: string, powercut: string) {
    this.#folder = folder
    this.#powercut = powercut
  }

  pathOf(name: string): string {
    return join(this.#folder, name)
  }

  async create(name: string): Promise<string> {
    const image = `${this.pathOf(name)}.img`
    rmSync(image, { force: true })
    await command('truncate', ['-s', String(imageBytes), image])
    const options = ['-E', 'lazy_itable_init=1,lazy_journal_init=1,nodiscard', '-J', `size=${journalMiB}`]
    await command('mkfs.ext4', ['-q', '-F', '-m', '0', ...options, image])
    await this.mount(name)
    return this.pathOf(name)
  }

  async mount(name: string): Promise<void> {
    const path = this.pathOf(name)
    mkdirSync(path, { recursive: true })
    await command('mount', ['-o', mountOptions, `${path}.img`, path])
    this.#mounted.add(name)
  }

  /** Processes of a killed server may hold files for a moment longer. */
  async unmount(name: string): Promise<void> {
    let refusal = ''
    await until(`${name} to be unmounted`, busyTimeoutMs, () =>
      command('umount', [this.pathOf(name)]).then(
        () => true,
        (error: unknown) => {
          refusal = String(error)
          return undefined
        },
      ),
    ).catch((cause: unknown) => {
      throw new Error(refusal, { cause })
    })
    // While a namespace of somebody else holds on to it, the next mount would be given the same file system, stopped as it is.
    await until(`${name} to be let go of`, busyTimeoutMs, () => (isAttached(`${this.pathOf(name)}.img`) ? undefined : true))
    this.#mounted.delete(name)
  }

  /** Ready to cut the power of all disks within microseconds of being asked. */
  async knife(): Promise<PowerCut> {
    const child = spawn(
      this.#powercut,
      [...this.#mounted].map((name) => this.pathOf(name)),
      { stdio: ['pipe', 'pipe', 'inherit'] },
    )
    const ended = new Promise<number | null>((resolve) => child.once('exit', (status) => resolve(status)))
    await new Promise<void>((resolve, reject) => {
      child.once('error', reject)
      child.once('exit', () => reject(new Error('powercut ended before it was asked to cut')))
      child.stdout?.once('data', () => resolve())
    })
    return {
      async cut() {
        child.stdin?.end('!')
        if ((await ended) !== 0) throw new Error('The power could not be cut.')
      },
      spare: () => kill(child, ended),
    }
  }

  /** Unmounts and mounts all: what was written before the cut is what there is. */
  async powerOn(): Promise<void> {
    for (const name of [...this.#mounted]) {
      await this.unmount(name)
      await this.mount(name)
    }
  }

  async removeAll(): Promise<void> {
    for (const name of [...this.#mounted]) await this.unmount(name)
  }
}

/** `apart`: spool, databases and the rest on disks of their own. `powercut` is the compiled program of that name. */
export async function ext4Machine(folder: string, apart: boolean, powercut: string): Promise<Machine> {
  mkdirSync(folder, { recursive: true })
  const disks = new Disks(folder, powercut)
  try {
    const dataDir = await disks.create('data')
    if (apart) {
      symlinkSync(await disks.create('spool'), join(dataDir, 'spool'))
      const databases = await disks.create('databases')
      for (const name of ['ledger.db', 'index.db']) symlinkSync(join(databases, name), join(dataDir, name))
      // The links are part of the stage, not of the play.
      await flush(dataDir)
    }
    return {
      name: apart ? 'on ext4, each part on a disk of its own' : 'on ext4',
      dataDir,
      environment: {},
      flush: (path) => flush(join(dataDir, path)),
      knife: () => disks.knife(),
      powerOn: () => disks.powerOn(),
      async remove() {
        await disks.removeAll()
        rmSync(folder, { recursive: true, force: true })
      },
    }
  } catch (error) {
    await disks.removeAll()
    throw error
  }
}

/** Whether this process may mount loop devices at all. */
export async function canMount(folder: string): Promise<boolean> {
  if (process.getuid?.() !== 0) return false
  const disks = new Disks(folder, '')
  try {
    await disks.create('trial')
    await disks.removeAll()
    return true
  } catch {
    return false
  }
}

/** Whether a loop device still serves this file. */
function isAttached(image: string): boolean {
  return readdirSync('/sys/block').some((device) => {
    if (!device.startsWith('loop')) return false
    try {
      return readFileSync(`/sys/block/${device}/loop/backing_file`, 'utf8').trim() === image
    } catch {
      // Not attached to any file.
      return false
    }
  })
}

/** What a file system may do at any time by itself: writes everything. */
async function flush(path: string): Promise<void> {
  await command('sync', ['-f', path])
}

async function kill(child: ChildProcess, ended: Promise<unknown>): Promise<void> {
  child.kill('SIGKILL')
  await ended
}

async function command(program: string, args: readonly string[]): Promise<void> {
  await run(program, args, { timeout: commandTimeoutMs, env: { ...process.env, PATH: `${process.env.PATH}:/usr/sbin:/sbin` } })
}
