/** Runs tasks one after another, in the order in which they were given. A failed task does not hold up the next. */
export function createSerial(): <T>(task: () => Promise<T>) => Promise<T> {
  let newest: Promise<unknown> = Promise.resolve()
  return task => {
    const result = newest.then(task)
    newest = result.catch(() => undefined)
    return result
  }
}
