/** What the operating system says in words of its own, as a sentence with what to do; undefined for any other error. */
export function describeSystemError(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined
  const path = 'path' in error ? String(error.path) : 'The file'
  if ('syscall' in error && error.syscall === 'listen') return describeListenError(error)
  if ('syscall' in error && error.syscall === 'getaddrinfo' && 'hostname' in error)
    return `The name ${error.hostname} is not known on this machine.`
  switch (error.code) {
    case 'ENOENT':
      return `${path} does not exist.`
    case 'EISDIR':
      return `${path} is a folder; a file is needed.`
    case 'EACCES':
    case 'EPERM':
      return `${path} is not yours to read or write.`
    case 'ENOSPC':
      return `The disk is full: ${path} could not be written.`
    default:
      return undefined
  }
}

function describeListenError(error: { code?: unknown; address?: unknown; port?: unknown }): string | undefined {
  const place = `${error.address}:${error.port}`
  switch (error.code) {
    case 'EADDRINUSE':
      return `Another program listens on ${place} already; stop it, or choose another --port.`
    case 'EACCES':
      return `This user may not listen on ${place}; choose a --port above 1023.`
    case 'EADDRNOTAVAIL':
      return `This machine has no address ${error.address}; choose another --host.`
    default:
      return undefined
  }
}
