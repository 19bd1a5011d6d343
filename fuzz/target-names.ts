/** Apart from the targets themselves, which load everything. */
export const targetNames = ['dump', 'symbols', 'cfi', 'win', 'walk', 'debug-file'] as const
