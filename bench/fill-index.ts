import { randomBytes } from 'node:crypto'
import { DatabaseSync } from 'node:sqlite'

const signatures = 200
const versions = ['1.9.0', '1.10.2', '2.0.0-beta', '2.0.1']
const platforms = ['Linux amd64', 'Windows amd64', 'Windows x86', 'macOS arm64']
const reasons = ['SIGSEGV / SEGV_MAPERR', 'EXCEPTION_ACCESS_VIOLATION_READ', 'EXC_BREAKPOINT', 'out of memory']

/** Rows of processed reports straight into an `index.db` that the store has made; for measuring what a large index does to its neighbours. */
export function fillIndex(path: string, rows: number, newest: number): void {
  const database = new DatabaseSync(path)
  database.exec('pragma synchronous = off')
  database.exec('begin')
  const insert = database.prepare(`
    insert into report (id, project_id, kind, dialect, state, received_at, crashed_at, seen_at, product, version, platform, process_type,
      installation, reason, signature, group_id, processed_at, quality)
    values (?, 1, 'minidump', 'crashpad', 'processed', ?, ?, ?, 'Player', ?, ?, 'renderer', ?, ?, ?, ?, ?, 50)`)
  const pick = (values: readonly string[], i: number) => values[i % values.length] ?? ''
  for (let i = 0; i < rows; i += 1) {
    const at = newest - (rows - i) * 1_000
    const group = Math.floor(signatures * (((i * 7919) % 1_000) / 1_000) ** 2)
    insert.run(
      at.toString(16).padStart(12, '0') + randomBytes(12).toString('hex'),
      ...[at, at, at],
      pick(versions, i >> 3),
      pick(platforms, i),
      `client-${i % 50_000}`,
      pick(reasons, group),
      `Player::Decoder${group}::decode | Player::Pipeline::step | base::RunLoop::Run | main`,
      group.toString(16).padStart(24, '0'),
      at,
    )
  }
  database.exec('commit')
  database.close()
}
