import type { ContractRouterClient } from '@orpc/contract'
import type { Contract } from '../../shared/contract/contract.ts'
import type { Output } from './output.ts'

export type Client = ContractRouterClient<Contract>

/** What `parseArgs` gives: a list for an option that may be given several times. */
export type OptionValue = string | boolean | readonly (string | boolean)[] | undefined

export interface Context {
  readonly client: Client
  /** Whether no other Slipway runs, so that this process is the platform: what it runs ends with it. */
  readonly isAlone: boolean
  readonly output: Output
  readonly values: Readonly<Record<string, OptionValue>>
  /** The first positional argument, if the command takes one. */
  readonly argument: string
  /** All of them. */
  readonly words: readonly string[]
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal
  /** Apps that are not set to keep running end when the connection closes. */
  readonly endApps: () => void
}

export interface Command {
  readonly name: string
  readonly takes: readonly string[]
  /** What may follow; the last one any number of times when it ends in dots. */
  readonly mayTake?: readonly string[]
  readonly help: string
  readonly options: Readonly<
    Record<string, { type: 'string' | 'boolean'; short?: string; multiple?: boolean }>
  >
  readonly optionHelp: Readonly<Record<string, string>>
  /** Resolves with the exit status. */
  readonly run: (context: Context) => Promise<number>
}
