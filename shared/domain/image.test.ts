import { expect, test } from 'vitest'
import { parseImage, toImageAddress, toImageText } from './image.ts'

const digest = `sha256:${'a'.repeat(64)}`

test.each([
  ['nginx', 'docker.io/library/nginx:latest'],
  [' nginx:1.27 ', 'docker.io/library/nginx:1.27'],
  ['ana/blog:main', 'docker.io/ana/blog:main'],
  ['docker.io/library/nginx:1.27', 'docker.io/library/nginx:1.27'],
  ['ghcr.io/ana/blog/web:v1.2.3-rc.1', 'ghcr.io/ana/blog/web:v1.2.3-rc.1'],
  ['localhost:5000/app', 'localhost:5000/app:latest'],
  ['registry:5000/app:2', 'registry:5000/app:2'],
  ['10.10.0.1:5000/a/b', '10.10.0.1:5000/a/b:latest'],
  [`nginx@${digest}`, `docker.io/library/nginx@${digest}`],
  [`ghcr.io/ana/blog:main@${digest}`, `ghcr.io/ana/blog@${digest}`],
])('%s is the image %s', (text, whole) => {
  const image = parseImage(text)
  expect(image && toImageText(toImageAddress(image), image.reference)).toBe(whole)
})

test.each([
  '',
  'Nginx',
  'a b',
  'https://host/ana/blog',
  '/home/ana',
  'nginx:',
  'nginx@sha256:12',
  'a//b',
  '-x',
])('"%s" is no image', text => expect(parseImage(text)).toBeUndefined())
