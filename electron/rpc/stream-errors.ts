import { mapEventIterator } from '@orpc/client'

/** The output of a handler, where what is thrown while it is streamed is what `map` says. One that is no stream is left as it is. */
export function mapStreamErrors<T>(output: T, map: (error: unknown) => unknown): T {
  if (!isStream(output)) return output
  return mapEventIterator(output, { value: value => value, error: async error => map(error) }) as T
}

const isStream = (output: unknown): output is AsyncIterator<unknown> =>
  typeof output === 'object' && output !== null && Symbol.asyncIterator in output && 'next' in output
