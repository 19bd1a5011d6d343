/** A source map is parsed as a whole; the largest seen of a real application has 40 MB, and a parsed one takes about five times its size. */
export const maxSourceMapBytes: number = 48 * 1024 * 1024
/** A line of a source that is longer was made by a tool, and is shown in part. */
export const maxExcerptLineLength = 400
/** Names and paths come from a file of somebody's build. */
export const maxSourceMapName = 1024
