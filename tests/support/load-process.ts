/**
 * A load of its own process, so that nothing that a test does holds it up. Ends with its input, and prints what came of it.
 *
 *     node load-process.ts <LoadTarget as JSON>
 */
import { type LoadTarget, startLoad } from './load.ts'

const load = startLoad(JSON.parse(process.argv[2] ?? '') as LoadTarget)
process.stdin.resume().once('end', async () => {
  process.stdout.write(JSON.stringify(await load.end()))
})
