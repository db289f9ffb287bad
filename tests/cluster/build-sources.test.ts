import { describe, expect } from 'vitest'
import { clusterTest } from '../support/cluster.ts'
import { setUpBuilds } from '../support/cluster-builds.ts'

const { slipway, orderOf } = setUpBuilds()

describe('a repository', () => {
  clusterTest('is built with its submodules', async () => {
    const words = await orderOf({ 'words.txt': 'from below' })
    const { order, repository } = await orderOf({
      Dockerfile: 'FROM debian:bookworm-slim\nCOPY . /app\nRUN echo "it is $(cat /app/words/words.txt)"\n',
    })
    await repository.commit(
      { '.gitmodules': `[submodule "words"]\n\tpath = words\n\turl = ../${words.name}.git\n` },
      'Name the submodule',
    )
    await repository.git('update-index', '--add', '--cacheinfo', `160000,${words.order.sha},words`)
    await repository.git('commit', '-q', '-m', 'Add it')
    await repository.git('push', '-q', 'origin', 'HEAD')
    const sha = await repository.git('rev-parse', 'HEAD')

    await slipway().driver.startBuild({ ...order, sha })
    const built = await slipway().untilBuild(order)
    const log = await slipway().readBuildLog(order)
    expect(built.state, log.join('\n')).toBe('succeeded')
    expect(log.some(line => /^#\d+ it is from below$/.test(line))).toBe(true)
    await slipway().driver.collect(order.deploymentId, [])
  })

  clusterTest('with large files says what is missing where nothing fetches them', async () => {
    const { order } = await orderOf({
      'index.html': 'page',
      '.gitattributes': '*.bin filter=lfs diff=lfs merge=lfs -text\n',
      'large.bin': `version https://git-lfs.github.com/spec/v1\noid sha256:${'a'.repeat(64)}\nsize 12345\n`,
    })
    await slipway().driver.startBuild(order)
    expect(await slipway().untilBuild(order)).toMatchObject({
      state: 'failed',
      failure: { code: 'tool_missing', message: expect.stringContaining('git-lfs') },
    })
    await slipway().driver.collect(order.deploymentId, [])
  })
})
