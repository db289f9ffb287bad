import { toFullName } from '../../../shared/domain/github-address.ts'
import type { Platform } from '../../platform/platform.ts'
import { readChanges } from '../../platform/source-changes.ts'
import { listRefs } from '../../sources/github/refs.ts'
import { listRepositories } from '../../sources/github/repositories.ts'
import { found, type HandlerBase } from './handler-base.ts'

export function accountHandlers(at: HandlerBase, { accounts }: Platform) {
  return {
    list: at.accounts.list.handler(() => accounts.list()),
    options: at.accounts.options.handler(({ input }) => accounts.options(input.baseUrl)),
    signInByCode: at.accounts.signInByCode.handler(
      ({ input, context, signal = new AbortController().signal }) =>
        accounts.signInByCode(input, context.asker, signal),
    ),
    signInWithToken: at.accounts.signInWithToken.handler(({ input, context }) =>
      accounts.signInWithToken(input, context.asker),
    ),
    signInByCli: at.accounts.signInByCli.handler(({ input, context }) =>
      accounts.signInByCli(input.baseUrl, context.asker),
    ),
    signOut: at.accounts.signOut.handler(async ({ input, context }) => {
      await accounts.signOut(input.id, context.asker)
      return {}
    }),
  }
}

export function gitHubHandlers(at: HandlerBase, platform: Platform) {
  const { accounts } = platform
  return {
    repositories: at.github.repositories.handler(async function* ({ input: { id }, signal }) {
      const client = await accounts.client(id)
      for await (const page of listRepositories(client, accounts.account(id), signal)) {
        if (page.failure !== null) accounts.noteFailure(id, page.failure)
        yield page
      }
    }),
    refs: at.github.refs.handler(async function* ({ input: { id, address }, signal }) {
      const client = await accounts.client(id)
      for await (const page of listRefs(client, toFullName(address, client.baseUrl) ?? '', signal)) {
        if (page.failure !== null) accounts.noteFailure(id, page.failure)
        yield page
      }
    }),
    changes: at.github.changes.handler(({ input, signal }) =>
      readChanges(accounts, found(platform.deployment(input.id), 'deployment'), signal),
    ),
    picture: at.github.picture.handler(async ({ input: { id, login } }) => ({
      dataUrl: await platform.pictures.picture(id, login),
    })),
  }
}
