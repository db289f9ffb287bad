import { describe, expect, test } from 'vitest'
import { mostKeptFolders, toFolderPath, toKeptFolders, whyFolderIsRefused } from './kept-folder.ts'

describe('whyFolderIsRefused', () => {
  test.each(['data', 'public/uploads', 'dist/data', '.data', 'größe', 'my files/2026', 'build-cache'])(
    '%s can be kept',
    folder => expect(whyFolderIsRefused(folder)).toBeUndefined(),
  )

  test.each([
    ['', 'Name a folder'],
    ['.', 'Name a folder'],
    ['/etc', 'no path inside'],
    ['~/data', 'no path inside'],
    ['C:/data', 'no path inside'],
    ['..', 'no plain path'],
    ['data/../..', 'no plain path'],
    ['data//x', 'no plain path'],
    ['data/./x', 'no plain path'],
    ['.git', '.git is made anew'],
    ['.git/hooks', '.git is made anew'],
    ['node_modules', 'node_modules is made anew'],
    ['packages/a/node_modules/b', 'node_modules is made anew'],
    ['.next/cache', '.next is made anew'],
    ['dist', 'where the build puts'],
    ['web/build', 'where the build puts'],
    ['data\\x', 'backslashes'],
    ['data\n', 'control characters'],
    ['da\0ta', 'control characters'],
    ['x'.repeat(201), 'at most 200 bytes'],
    ['ü'.repeat(101), 'at most 200 bytes'],
  ])('%j cannot: %s', (folder, why) => expect(whyFolderIsRefused(folder)).toContain(why))

  test('what the plan serves cannot be kept, nor what it lies in', () => {
    const output = './public/site/'
    expect(whyFolderIsRefused('public/site', { output })).toContain('where the build puts')
    expect(whyFolderIsRefused('public', { output })).toContain('where the build puts')
    expect(whyFolderIsRefused('public/sites', { output })).toBeUndefined()
  })

  test('folders are neither twice there nor in each other', () => {
    const kept = ['data', 'public/uploads']
    expect(whyFolderIsRefused('data', { kept })).toBe('data is kept already')
    expect(whyFolderIsRefused('data/x', { kept })).toContain('it is in data')
    expect(whyFolderIsRefused('public', { kept })).toContain('stop keeping it first')
    expect(whyFolderIsRefused('database', { kept })).toBeUndefined()
  })

  test('there is a most of them', () => {
    const kept = Array.from({ length: mostKeptFolders }, (_, index) => `data-${index}`)
    expect(whyFolderIsRefused('data', { kept })).toBe('At most 20 folders are kept')
  })
})

test('a path is kept without what does not matter', () => {
  expect(['data', './data/', ' data ', '././public/uploads//'].map(toFolderPath)).toEqual([
    'data',
    'data',
    'data',
    'public/uploads',
  ])
})

test("the person's folders win over those of the plan that do not go with them", () => {
  expect(toKeptFolders(['public'], ['public/uploads', 'data', 'data', '.git'])).toEqual(['public', 'data'])
})
