/** A report index with very many rows, made without sending the reports. */
import { DatabaseSync } from 'node:sqlite'

/** All of the first project, within a year, with a few hundred values in each column that a query looks at. */
export function fillIndex(path: string, rows: number): void {
  const database = new DatabaseSync(path)
  try {
    database.exec('pragma synchronous = off')
    database.exec(`
      insert into report
        (id, project_id, kind, dialect, state, received_at, crashed_at, seen_at, product, version, platform, process_type, reason, signature)
      with recursive counted (i) as (select 1 union all select i + 1 from counted where i < ${rows})
      select
        printf('%012x%024x', 1700000000000 + i * 30000, i), 1, 'minidump', 'crashpad', 'processed',
        1700000000000 + i * 30000, 1700000000000 + i * 30000, 1700000000000 + i * 30000,
        'Player ' || (i % 7), '1.' || (i % 40), 'Linux amd64', 'renderer', 'SIGSEGV ' || (i % 11),
        'media::Decoder' || (i % 300) || '::decode | media::Pipeline::run | base::TaskRunner::step'
      from counted`)
  } finally {
    database.close()
  }
}
