import { randomBytes } from 'node:crypto'
import { describe, expect } from 'vitest'
import { setUpImages } from '../support/built-images.ts'
import { clusterTest } from '../support/cluster.ts'
import { newId } from '../support/cluster-driver.ts'
import { readImage } from '../support/image-content.ts'

const { build, ask } = setUpImages()

describe('a secret of a build', () => {
  const secret = `s3cret-${randomBytes(12).toString('hex')}`
  const shown = `shown-${randomBytes(6).toString('hex')}`
  const variables = { API_KEY: secret, TITLE: shown }

  clusterTest(
    'reaches the commands of a plan, and is in no layer, history, configuration or log',
    async () => {
      const { artifact, log } = await build(
        {
          'package.json': JSON.stringify({
            name: 'app',
            scripts: {
              build: 'echo key $API_KEY and $TITLE && printf %s $API_KEY | wc -c >length.txt',
              start: 'node server.js',
            },
          }),
          'server.js': `require('http').createServer((_, r) => r.end(require('fs').readFileSync('length.txt', 'utf8').trim() + (process.env.API_KEY ?? ' none')))
          .listen(process.env.PORT)`,
        },
        { variables, secrets: [secret] },
      )
      const { config, layers } = await readImage(artifact, 'library/node:24-slim')
      expect(layers.length).toBeGreaterThan(0)
      expect([config, ...layers, ...log].filter(text => text.includes(secret))).toEqual([])
      expect(log.filter(line => /^#\d+ key/.test(line))).toEqual([
        expect.stringMatching(new RegExp(`^#\\d+ key \\*\\*\\* and ${shown}$`)),
      ])
      expect(await ask(artifact)).toEqual([`${secret.length} none`])
    },
  )

  clusterTest(
    'reaches a Dockerfile of the repository as a mount; what is no secret, as an argument that it declares',
    async () => {
      const { artifact, log } = await build(
        {
          Dockerfile: [
            'FROM debian:bookworm-slim',
            'ARG TITLE',
            'ARG API_KEY=none',
            'ARG OTHER=other',
            'RUN --mount=type=secret,id=API_KEY echo "mounted $(wc -c </run/secrets/API_KEY) $TITLE $API_KEY $OTHER"',
            'USER 1000',
            'CMD ["sleep", "60"]',
          ].join('\n'),
        },
        { variables: { ...variables, OTHER: secret }, secrets: [secret] },
      )
      const { config, layers } = await readImage(artifact, 'library/debian:bookworm-slim')
      expect([config, ...layers, ...log].filter(text => text.includes(secret))).toEqual([])
      expect(log.filter(line => / mounted /.test(line) && !/RUN/.test(line))).toEqual([
        expect.stringMatching(new RegExp(`^#\\d+ mounted ${secret.length} ${shown} none other$`)),
      ])
    },
  )

  clusterTest('that changes is seen by the next build, though nothing else changed', async () => {
    const files = {
      'package.json': JSON.stringify({
        name: 'app',
        scripts: { build: 'echo "title is $TITLE"', start: 'node server.js' },
      }),
      'server.js': '',
    }
    const deploymentId = newId()
    const said = (log: string[]) =>
      log.filter(line => /^#\d+ title is/.test(line)).map(line => line.replace(/^#\d+ /, ''))
    const first = await build(files, { deploymentId, variables: { TITLE: 'one' } })
    const second = await build(files, { deploymentId, variables: { TITLE: 'two' } })
    const third = await build(files, { deploymentId, variables: { TITLE: 'two' } })
    expect([first, second, third].map(one => said(one.log))).toEqual([['title is one'], ['title is two'], []])
    expect(third.log.some(line => /npm run build: cached$/.test(line))).toBe(true)
  })
})
