/** A C name without what the linker's form of it adds, and the bytes of arguments that the form tells. C++ names are left to the demangler. */
export function decoratedName(name: string): { readonly name: string; readonly parameterSize: number | undefined } {
  if (name.includes(':') || name.includes('(')) return { name, parameterSize: undefined }
  // __vectorcall: name@@8
  const vectorcall = withBytes(name, '@@')
  if (vectorcall !== undefined) return vectorcall
  if (!name.startsWith('_') && !name.startsWith('@')) return { name, parameterSize: undefined }
  // __stdcall: _name@8, __fastcall: @name@8
  const sized = withBytes(name.slice(1), '@')
  if (sized !== undefined) return sized
  // __cdecl: _name. On 64 bits C names are not decorated, but other dumpers take this one off there, too, and signatures are made of theirs.
  return { name: name.startsWith('_') ? name.slice(1) : name, parameterSize: undefined }
}

function withBytes(name: string, separator: string): { name: string; parameterSize: number } | undefined {
  const at = name.lastIndexOf(separator)
  const digits = at < 0 ? '' : name.slice(at + separator.length)
  if (!/^\d{1,9}$/.test(digits)) return undefined
  return { name: name.slice(0, at), parameterSize: Number(digits) }
}

/** Strings and numbers that the compiler put between functions have symbols, too. */
export function isConstantName(name: string): boolean {
  return name.startsWith('??_C') || /^__(?:real|xmm|ymm)@/.test(name)
}
