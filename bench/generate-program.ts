/** Source of a large C++ program for `dump-symbols.ts`: many units, each with its own instances of the standard library's templates. */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const units = 6

/** Compiles it with full debug information, once for a folder; its path. */
export function generateProgram(folder: string): string {
  const program = join(folder, 'generated-program')
  if (existsSync(program)) return program
  mkdirSync(folder, { recursive: true })
  const objects: string[] = []
  for (let unit = 0; unit < units; unit++) {
    const [source, object] = [join(folder, `unit${unit}.cc`), join(folder, `unit${unit}.o`)]
    writeFileSync(source, unitSource(unit))
    compile(['-c', '-g', '-O2', source, '-o', object])
    objects.push(object)
  }
  const calls = Array.from({ length: units }, (_, unit) => `int run${unit}(int);`).join('\n')
  const sum = Array.from({ length: units }, (_, unit) => `run${unit}(argc)`).join(' + ')
  writeFileSync(join(folder, 'main.cc'), `${calls}\nint main(int argc, char **) { return ${sum}; }\n`)
  compile(['-g', '-O2', join(folder, 'main.cc'), ...objects, '-o', program])
  return program
}

function compile(args: readonly string[]): void {
  const { status, stderr } = spawnSync('g++', [...args], { encoding: 'utf8' })
  if (status !== 0) throw new Error(`g++ failed: ${stderr.slice(0, 1000)}`)
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
