import { expect, test } from 'vitest'
import { toVisibleBounds } from './visible-bounds.ts'

const left = { x: 0, y: 0, width: 1920, height: 1080 }
const right = { x: 1920, y: 0, width: 1920, height: 1080 }
const onTheRight = { x: 2000, y: 100, width: 800, height: 600 }

test('a window comes back where it was', () => {
  expect(toVisibleBounds(onTheRight, [left, right])).toEqual(onTheRight)
})

test('a window on a screen that is gone comes back where the system puts it', () => {
  expect(toVisibleBounds(onTheRight, [left])).toBeUndefined()
})

test('a window whose title bar is out of reach comes back where the system puts it', () => {
  expect(toVisibleBounds({ ...onTheRight, x: 1900 }, [left])).toBeUndefined()
  expect(toVisibleBounds({ ...onTheRight, y: -20 }, [left, right])).toBeUndefined()
  expect(toVisibleBounds({ ...onTheRight, y: 1060 }, [left, right])).toBeUndefined()
})

test('the first window has no bounds yet', () => {
  expect(toVisibleBounds(null, [left])).toBeUndefined()
})
