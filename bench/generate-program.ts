/** Source of a large C++ program for `dump-symbols.ts`: many units, each with its own instances of the standard library's templates. */
import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

const units = 12

/** Compiles it with full debug information, once for a folder; its path. It has 50 MB. */
export async function generateProgram(folder: string): Promise<string> {
  const program = join(folder, `generated-program-of-${units}`)
  if (existsSync(program)) return program
  mkdirSync(folder, { recursive: true })
  const numbers = Array.from({ length: units }, (_, unit) => unit)
  const objectOf = (unit: number): string => join(folder, `unit${unit}.o`)
  const left = numbers.values()
  const compileSome = async (): Promise<void> => {
    for (const unit of left) {
      const source = join(folder, `unit${unit}.cc`)
      writeFileSync(source, unitSource(unit))
      await compile(['-c', '-g', '-O2', source, '-o', objectOf(unit)])
    }
  }
  await Promise.all(Array.from({ length: availableParallelism() }, compileSome))
  const calls = Array.from({ length: units }, (_, unit) => `int run${unit}(int);`).join('\n')
  const sum = Array.from({ length: units }, (_, unit) => `run${unit}(argc)`).join(' + ')
  writeFileSync(join(folder, 'main.cc'), `${calls}\nint main(int argc, char **) { return ${sum}; }\n`)
  await compile(['-g', '-O2', join(folder, 'main.cc'), ...numbers.map(objectOf), '-o', program])
  return program
}

async function compile(args: readonly string[]): Promise<void> {
  await promisify(execFile)('g++', [...args])
}

function unitSource(unit: number): string {
  const kinds = Array.from({ length: 6 }, (_, kind) => typeSource(`T${unit}_${kind}`)).join('\n')
  const uses = Array.from({ length: 6 }, (_, kind) => `sum += use_T${unit}_${kind}(n + ${kind});`).join('\n  ')
  const includes = ['algorithm', 'functional', 'map', 'memory', 'regex', 'set', 'sstream', 'string', 'unordered_map', 'vector']
  return `${includes.map((name) => `#include <${name}>`).join('\n')}
namespace unit${unit} {
${kinds}
}
using namespace unit${unit};
int run${unit}(int n) {
  int sum = 0;
  ${uses}
  std::regex pattern("([a-z]+)-(\\\\d+)");
  std::smatch match;
  std::string text = "abc-" + std::to_string(n);
  if (std::regex_match(text, match, pattern)) sum += match[2].str().size();
  return sum;
}
`
}

function typeSource(name: string): string {
  return `struct ${name} { int a; std::string b; double c; bool operator<(const ${name} &o) const { return a != o.a ? a < o.a : b < o.b; } };
static int use_${name}(int n) {
  std::vector<${name}> list;
  std::map<${name}, std::vector<int>> tree;
  std::set<${name}> kept;
  std::unordered_map<int, std::shared_ptr<${name}>> table;
  std::function<int(const ${name} &)> weigh = [n](const ${name} &x) { return x.a * n + (int)x.b.size(); };
  for (int i = 0; i < n; i++) {
    list.push_back({i % 7, std::to_string(i), i * 0.5});
    tree[list.back()].push_back(i);
    kept.insert(list.back());
    table[i] = std::make_shared<${name}>(list.back());
  }
  std::stable_sort(list.begin(), list.end(), [](const ${name} &x, const ${name} &y) { return x.c > y.c || x < y; });
  std::ostringstream out;
  for (const auto &[key, value] : tree) out << key.b << value.size() << ' ';
  int total = (int)out.str().size();
  for (const auto &x : list) total += weigh(x);
  for (const auto &[key, value] : table) total += key + value->a;
  return total + (int)kept.size();
}`
}
