/**
 * Makes single calls into groups: while one group is being written everything new collects, and goes together next. One commit, with its
 * sync, then serves all of them. When a group fails its members are tried one by one, so that a bad one fails alone.
 */
export function batched<Item, Result>(
  write: (items: readonly Item[]) => Promise<readonly Result[]>,
  maxItems: number,
): (item: Item) => Promise<Result> {
  interface Waiting {
    readonly item: Item
    resolve(result: Result): void
    reject(cause: unknown): void
  }
  let waiting: Waiting[] = []
  let running = false

  const writeOne = async ({ item, resolve, reject }: Waiting): Promise<void> => {
    try {
      const [result] = await write([item])
      // `write` answers one result per item.
      resolve(result as Result)
    } catch (cause) {
      reject(cause)
    }
  }
  const writeGroup = async (group: readonly Waiting[]): Promise<void> => {
    try {
      const results = await write(group.map(({ item }) => item))
      group.forEach(({ resolve }, i) => {
        resolve(results[i] as Result)
      })
    } catch (cause) {
      if (group.length === 1) group[0]?.reject(cause)
      else for (const one of group) await writeOne(one)
    }
  }
  const run = async (): Promise<void> => {
    running = true
    while (waiting.length > 0) {
      const group = waiting.slice(0, maxItems)
      waiting = waiting.slice(maxItems)
      await writeGroup(group)
    }
    running = false
  }

  return (item) =>
    new Promise((resolve, reject) => {
      waiting.push({ item, resolve, reject })
      if (!running) void run()
    })
}
