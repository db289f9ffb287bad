import { expect, test } from 'vitest'
import type { Repository } from '../../../shared/domain/github.ts'
import { findRepositories } from './repository-view.ts'

const repository = (fullName: string, given: Partial<Repository> = {}): Repository => ({
  fullName,
  description: '',
  origin: 'own',
  isPrivate: false,
  isArchived: false,
  isFork: false,
  defaultBranch: 'main',
  language: '',
  pushedAt: 0,
  address: `https://github.com/${fullName}.git`,
  ...given,
})

const all = [
  repository('ana/site', { description: 'The blog and more' }),
  repository('ana/my-blog'),
  repository('acme/blog-tools', { origin: 'organisation' }),
  repository('ana/blog'),
]
const names = (text: string, origin: 'all' | 'organisation' = 'all') =>
  findRepositories(all, { text, origin }).map(({ fullName }) => fullName)

test('nothing typed: all, as they are listed', () => {
  expect(names('')).toEqual(all.map(({ fullName }) => fullName))
})

test('the name itself first, then names that begin with it, then those that have it, then descriptions', () => {
  expect(names('blog')).toEqual(['ana/blog', 'acme/blog-tools', 'ana/my-blog', 'ana/site'])
})

test('every word has to be there, in any case', () => {
  expect(names('ANA blog')).toEqual(['ana/my-blog', 'ana/blog', 'ana/site'])
  expect(names('blog nowhere')).toEqual([])
})

test('of one origin only', () => {
  expect(names('blog', 'organisation')).toEqual(['acme/blog-tools'])
})
