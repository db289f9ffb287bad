import type { Failure } from '../../../shared/domain/failure.ts'
import type { Tool } from '../../../shared/domain/plan.ts'
import type { ProgramResult } from './run-program.ts'
import { toolLabels } from './tool-packages.ts'

// What is said of a program that a plan wants and this computer lacks.

export const toLabel = (tool: Tool): string => `${toolLabels[tool.name]} ${tool.range}`
export const toAsked = (tool: Tool): string => `${tool.origin} asks for ${tool.range}`
export const toOwnText = (tool: Tool, own: string | undefined): string =>
  own === undefined
    ? `this computer has no ${toolLabels[tool.name]}`
    : `this computer has ${toolLabels[tool.name]} ${own}`

export function toMissingNote(program: string): string {
  const canBePinned = program === 'pnpm' || program === 'yarn' || program === 'bun'
  const note = `${program} is not on this computer: install it, or change the command.`
  return canBePinned
    ? `${note} If packageManager in package.json names its version, Slipway fetches it.`
    : note
}

export function notFetched(tool: Tool, why: string): Failure {
  return {
    code: 'tool_missing',
    message: `${toLabel(tool)}, which ${tool.origin} asks for, could not be fetched with npm. ${why}`,
    hint: `Install ${toLabel(tool)} on this computer, or name another version in ${tool.origin}, then deploy again.`,
  }
}

export function toFetchFailure(tool: Tool, { lastLines }: ProgramResult): Failure {
  const text = lastLines.join('\n')
  if (/\bE(?:TARGET|404)\b/.test(text)) return { ...notFetched(tool, 'npm has no such version.') }
  return {
    ...notFetched(tool, 'Its last lines tell why.'),
    hint: `See whether npm reaches its registry (npm ping), or install ${toLabel(tool)} on this computer, then deploy again.`,
    lines: [...lastLines],
  }
}
