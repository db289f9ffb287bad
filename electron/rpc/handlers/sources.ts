import { mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { toNameFromSource } from '../../../shared/domain/name.ts'
import { toImageName } from '../../clusters/image-plan.ts'
import type { Platform } from '../../platform/platform.ts'
import type { HandlerBase } from './handler-base.ts'

export function sourceHandlers(at: HandlerBase, platform: Platform) {
  const { intents, sources, accounts } = platform

  return {
    branches: at.sources.branches.handler(async ({ input: { accountId, ...source }, context, signal }) => {
      const login = await accounts.loginFor(source, { ownerId: context.asker.userId, accountId })
      return sources.branches(source, { login, signal })
    }),
    sample: at.sources.sample.handler(() => ({ kind: 'folder', address: platform.sampleFolder })),
    inspect: at.sources.inspect.handler(
      async ({ input: { source, branch, accountId, ...where }, context, signal }) => {
        if (source.kind === 'image') {
          const image = toImageName(source, branch)
          const found = await platform.findImage(image, where.clusterId)
          const name = intents.freeName(toNameFromSource(source.address))
          return { ...found, branch: image.reference, folders: [], name }
        }
        const work = await mkdtemp(path.join(os.tmpdir(), 'slipway-inspect-'))
        try {
          const login = await accounts.loginFor(source, { ownerId: context.asker.userId, accountId })
          const head = await sources.head(source, branch, { login, signal })
          const folder = path.join(work, 'checkout')
          const commit = await sources.checkout({
            ...{ source, ...head, folder, login },
            ...(signal ? { signal } : {}),
          })
          const plan = await platform.planOf(folder, where)
          return {
            branch: head.branch,
            commit,
            plan,
            folders: await platform.findApps(folder),
            name: intents.freeName(toNameFromSource(source.address)),
          }
        } finally {
          await rm(work, { recursive: true, force: true })
        }
      },
    ),
  }
}
