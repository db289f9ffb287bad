import { listEveryDeployment } from '../../shared/contract/every-deployment.ts'
import { SlipwayError } from '../../shared/domain/failure.ts'
import type { Deployment } from '../../shared/domain/records.ts'
import type { Command, Context } from './command.ts'

/** The deployment that the command is about. */
export async function find({ client, argument }: Context): Promise<Deployment> {
  const deployments = await listEveryDeployment(client)
  const found = deployments.find(one => one.name === argument || one.id === argument)
  if (found) return found
  throw new SlipwayError({
    code: 'not_found',
    message: `There is no deployment called ${argument}.`,
    hint:
      deployments.length === 0
        ? 'Nothing is deployed yet.'
        : `There is: ${deployments.map(one => one.name).join(', ')}.`,
  })
}

/** A command about one deployment, by name. */
export function about(
  name: string,
  help: string,
  run: (context: Context, deployment: Deployment) => Promise<number>,
): Command {
  return {
    name,
    takes: ['name'],
    help,
    options: {},
    optionHelp: {},
    run: async context => run(context, await find(context)),
  }
}
