import { type DestinationStream, type Logger, pino } from 'pino'

/** Characters of one message or address in the log: a flood of long ones must not fill the disk. */
const maxTextLength = 2000

/** JSON lines on standard error. Nothing that authenticates is ever in them: headers are not logged, and addresses without their query. */
export function createLogger(level = 'info', sink: DestinationStream = pino.destination({ dest: 2, sync: false })): Logger {
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: { paths: ['req.headers', '*.authorization', '*.cookie', '*.token', '*.secret'], remove: true },
      serializers: {
        req: ({ method, url, ip }: { method?: string; url?: string; ip?: string }) => ({
          method,
          path: cut(url?.split('?')[0]),
          address: ip,
        }),
        err: (error: unknown) =>
          error instanceof Error
            ? {
                type: error.name,
                message: cut(error.message),
                stack: cut(error.stack),
                cause: error.cause instanceof Error ? cut(error.cause.message) : undefined,
              }
            : { message: cut(String(error)) },
      },
    },
    sink,
  )
}

function cut(text: string | undefined): string | undefined {
  return text?.slice(0, maxTextLength)
}
