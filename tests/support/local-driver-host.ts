/** A Slipway of its own process, to be killed: `node local-driver-host.ts <folder> <release order as JSON>`. */
import type { ReleaseOrder } from '../../electron/clusters/driver.ts'
import { createTestDriver } from './local-driver.ts'

const [folder = '', order = ''] = process.argv.slice(2)
const { driver } = await createTestDriver(folder)
await driver.applyRelease(JSON.parse(order) as ReleaseOrder)
console.log('applied')
