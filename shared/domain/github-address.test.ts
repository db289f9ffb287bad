import { expect, test } from 'vitest'
import { toRenamedAddress } from './github-address.ts'

const host = 'https://github.com'
const rename = (address: string, fullName: string) => toRenamedAddress(address, { baseUrl: host, fullName })

test.each([
  ['https://github.com/ana/blog.git', 'ana/news', 'https://github.com/ana/news.git'],
  ['https://github.com/ana/blog', 'acme/news', 'https://github.com/acme/news'],
  ['git@github.com:ana/blog.git', 'ana/news', 'git@github.com:ana/news.git'],
  ['ssh://git@github.com/ana/blog.git', 'ana/news', 'ssh://git@github.com/ana/news.git'],
  ['https://github.com/com/com.git', 'com/org', 'https://github.com/com/org.git'],
])('%s, renamed to %s, is %s', (address, fullName, renamed) => {
  expect(rename(address, fullName)).toBe(renamed)
})

test.each([
  ['in other letters only', 'https://github.com/Ana/Blog.git', 'ana/blog'],
  ['to what is no name', 'https://github.com/ana/blog.git', 'ana/../evil'],
  ['elsewhere', 'https://git.example.com/ana/blog.git', 'ana/news'],
])('a repository %s stays where it is', (_, address, fullName) => {
  expect(rename(address, fullName)).toBeUndefined()
})
