import type { Capture, StartCapture } from './seams.ts'

export const startCapture: StartCapture = (): Capture => ({ isNative: false, whyNot: 'There is no native capture.', setAnnotation() {} })
