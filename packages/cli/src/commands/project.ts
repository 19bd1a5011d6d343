import type { Project, ProjectDetail } from '@crashkeep/server/api-types'
import type { Command } from 'commander'
import { printJson, printTable } from '../print.ts'
import { addProjectSet, printSettings } from '../project-settings/project-set.ts'
import { type ConnectionOptions, ServerConnection, withConnection } from '../server-connection.ts'

type Options = ConnectionOptions & { json?: true }
type Key = Project['keys'][number]

export function addProject(program: Command): void {
  const project = program.command('project').description('projects and their ingest keys')

  withConnection(project.command('list').description('all projects with their ingest addresses'))
    .option('--json', 'as JSON')
    .action(async (options: Options) => {
      const { items } = await new ServerConnection(options).call<{ items: Project[] }>('GET', '/projects')
      show(items, options)
    })

  withConnection(project.command('create').description('a new project with its first key'))
    .argument('<slug>', 'its name in addresses: lower-case letters, digits, dashes')
    .option('--name <name>', 'its name for people')
    .option('--json', 'as JSON')
    .action(async (slug: string, options: Options & { name?: string }) => {
      const json = { slug, ...(options.name === undefined ? {} : { name: options.name }) }
      show([await new ServerConnection(options).call<Project>('POST', '/projects', { json })], options)
    })

  withConnection(project.command('show').description('a project with its settings'))
    .argument('<slug>', 'the project')
    .option('--json', 'as JSON')
    .action(async (slug: string, options: Options) => {
      const shown = await new ServerConnection(options).call<ProjectDetail>('GET', `/projects/${encodeURIComponent(slug)}`)
      if (options.json) printJson(shown)
      else printSettings(shown)
    })

  addProjectSet(project)

  const key = project.command('key').description('write-only keys: they can add reports and nothing else')
  withConnection(key.command('add').description('another key for a project'))
    .argument('<slug>', 'the project')
    .option('--label <text>', 'what it is for', '')
    .option('--json', 'as JSON')
    .action(async (slug: string, options: Options & { label: string }) => {
      const added = await new ServerConnection(options).call<Key>('POST', `/projects/${encodeURIComponent(slug)}/keys`, {
        json: { label: options.label },
      })
      if (options.json) printJson(added)
      else process.stdout.write(`${added.ingestUrl}\n`)
    })
  withConnection(key.command('revoke').description('uploads with this key are refused from now on'))
    .argument('<slug>', 'the project')
    .argument('<key>', 'the key')
    .action(async (slug: string, value: string, options: Options) => {
      await new ServerConnection(options).call('DELETE', `/projects/${encodeURIComponent(slug)}/keys/${encodeURIComponent(value)}`)
      process.stdout.write('revoked\n')
    })
}

function show(projects: readonly Project[], options: Options): void {
  if (options.json) {
    printJson(projects)
    return
  }
  const rows = projects.flatMap((project) =>
    project.keys.map((key) => [
      String(project.id),
      project.slug,
      project.name,
      String(project.reports),
      key.revokedAt === null ? key.ingestUrl : `${key.key} (revoked)`,
    ]),
  )
  printTable(['NUMBER', 'PROJECT', 'NAME', 'REPORTS', 'INGEST'], rows)
}
