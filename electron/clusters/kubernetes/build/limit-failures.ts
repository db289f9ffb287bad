import type { Failure } from '../../../../shared/domain/failure.ts'
import type { BuildLimits } from './build-namespace.ts'

export function timedOut(timeLimitMs: number): Failure {
  const minutes = Math.max(1, Math.round(timeLimitMs / 60_000))
  return {
    code: 'build_timed_out',
    message: `The build was not done within ${minutes} minute${minutes === 1 ? '' : 's'} and was ended.`,
    hint: 'Look into its log for what it was busy with or waited for, then deploy again.',
  }
}

export const outOfMemory = ({ buildMemory }: BuildLimits): Failure => ({
  code: 'out_of_memory',
  message: `The build needed more memory than the ${buildMemory} GiB that it may have.`,
  hint: 'Let it do less at once, such as with fewer parallel jobs, or give builds more on the page of the cluster. Then deploy again.',
})

export const diskFull = ({ buildDisk }: BuildLimits): Failure => ({
  code: 'disk_full',
  message: `The build wrote more than the ${buildDisk} GiB of disk that it may have.`,
  hint: 'Let it write less: a smaller base image, no caches or test data in the image. Then deploy again.',
})

export const toSentence = (text: string): string => text.trim().replace(/[.\s]+$/, '')
