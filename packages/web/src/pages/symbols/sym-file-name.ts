/** The usual name of a module's symbol file: `app.pdb` → `app.sym`, `libfoo.so` → `libfoo.so.sym`. */
export function symFileName(debugFile: string): string {
  return `${debugFile.replace(/\.pdb$/i, '')}.sym`
}
