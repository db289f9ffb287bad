/** Whether it has an address that a browser can open: neither a worker nor a database does. */
export const hasAddress = ({ addOn, isWorker }: { addOn: object | null; isWorker: boolean }): boolean =>
  addOn === null && !isWorker
