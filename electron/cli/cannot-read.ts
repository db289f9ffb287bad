import { SlipwayError } from '../../shared/domain/failure.ts'

/** What is thrown for a file that was named in a call and cannot be read. */
export const cannotRead = (path: string) => (cause: unknown) => {
  throw new SlipwayError(
    {
      code: 'not_found',
      message: `The file ${path} cannot be read.`,
      hint: 'See whether the path is right.',
    },
    cause,
  )
}
