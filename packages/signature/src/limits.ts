/** Entries of the flat list of frames that can take part; inlines count. Socorro's figure: what lies deeper never decides a group. */
export const maxFrames = 40

/** Characters of a function name that are read. The longest of 296,070 names in the symbol files that we test with has about 10,500. */
export const maxFunctionLength = 16_384

/** Characters of a normalised frame that are kept; the signature itself is shorter anyway. */
export const maxNormalizedLength = 1_024

/** Characters of the proto signature: 40 frames of ordinary length, and a column that an index can bear. */
export const maxProtoSignatureLength = 32_768

/** Characters of a signature. Socorro's figure; it fits into every database's indexed text. */
export const maxSignatureLength = 255

/** Characters of a text shown in a step. */
export const maxStepTextLength = 400

/** Characters of a note; one repeats the signature so far, which is not cut yet. */
export const maxNoteLength = 1_024

/** Templates inside `IPC::ParamTraits<…>` that are opened; real code has two. */
export const maxTemplateDepth = 16

/** Characters of an abort message that take part in a signature; longer ones end in "...". */
export const maxAbortMessageLength = 80

/** Characters of an IPC channel error that take part. */
export const maxChannelErrorLength = 100

/** Up to this size (256 KiB) an allocation that failed says nothing about its caller: memory was gone already. */
export const maxSmallAllocation = 262_144

/** Characters of a Java signature before its description is dropped. */
export const maxJavaSignatureLength = 255

/** Characters of any text field (messages, JSON annotations, Java traces) that are read. */
export const maxFieldLength = 65_536

/** Conditions of a shutdown timeout that are read. */
export const maxConditions = 100

/** Characters of a JavaScript stack that are read. Chromium sends at most ten frames, Electron at most 20,320 bytes. */
export const maxStackTextLength = 65_536

/** Characters of one line of a JavaScript stack; longer ones (data: URLs) are no frames. */
export const maxStackLineLength = 8_192

/** Frames of a JavaScript stack that are kept. `Error.stackTraceLimit` is 10 unless somebody raised it. */
export const maxJavaScriptFrames = 100

/** Frames that form a JavaScript signature when the first ones are anonymous or minified. */
export const maxJavaScriptParts = 3

/** Segments of a page's path that take part in a route. */
export const maxRouteSegments = 6
