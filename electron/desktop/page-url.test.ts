import { expect, test } from 'vitest'
import { isUnder, toPageUrl, toRoute } from './page-url.ts'

test('a route travels in the address of the page', () => {
  expect(toPageUrl('/deployments/01j')).toBe('app://slipway/#/deployments/01j')
  expect(toRoute('app://slipway/#/deployments/01j')).toBe('/deployments/01j')
  expect(toRoute('app://slipway/')).toBe('/')
})

test('a page is in view on its own route and on those below it', () => {
  expect(isUnder('/deployments/01j', '/deployments/01j')).toBe(true)
  expect(isUnder('/deployments/01j/log?line=4', '/deployments/01j')).toBe(true)
  expect(isUnder('/deployments/01jx', '/deployments/01j')).toBe(false)
  expect(isUnder('/', '/deployments/01j')).toBe(false)
})
