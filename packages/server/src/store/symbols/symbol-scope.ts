/** Of symbols that every project uses. */
export const sharedScope = 'shared'
export const projectSymbolScope = (projectId: number): string => `project:${projectId}`
