import '@mantine/core/styles.css'
import '../tokens.css'
import '../global.css'
import { MantineProvider } from '@mantine/core'
import {
  createMemoryHistory,
  createRootRoute,
  createRoute,
  createRouter,
  RouterProvider,
} from '@tanstack/react-router'
import { createRoot } from 'react-dom/client'
import { cssVariables, theme } from '../theme.ts'
import { StatesPage } from './StatesPage.tsx'

/**
 * Every primitive in every state, to be looked at. No page of the product: it is not in the bundle, and is built by the test
 * that takes its picture. Links lead nowhere, and nothing is connected.
 */
const rootRoute = createRootRoute()
const page = createRoute({ getParentRoute: () => rootRoute, path: '/', component: StatesPage })
const router = createRouter({
  routeTree: rootRoute.addChildren([page]),
  history: createMemoryHistory(),
})

const root = document.getElementById('root')
if (root === null) throw new Error('index.html has no #root')
createRoot(root).render(
  <MantineProvider theme={theme} cssVariablesResolver={cssVariables} defaultColorScheme="auto">
    {/* The router of the product is the one that types know. */}
    <RouterProvider router={router as never} />
  </MantineProvider>,
)
