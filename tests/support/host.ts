/** A Slipway in a process of its own, on the data folder in `SLIPWAY_DATA`. Prints `ready`; Ctrl-C ends it and its apps. */
import { createHost } from '../../electron/host.ts'
import { platformEnvironment } from '../../electron/platform/environment.ts'

const host = await createHost(platformEnvironment())
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void host.dispose({ stopApps: true }))
}
process.stdout.write('ready\n')
