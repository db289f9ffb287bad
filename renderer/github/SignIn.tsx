import { Button, SegmentedControl, Skeleton, TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { Account, SignInOptions, SignInWay } from '../../shared/domain/github.ts'
import { publicGitHub, toHostName } from '../../shared/domain/github-address.ts'
import { toast } from '../actions/toasts.tsx'
import { api } from '../connection/api.ts'
import { QueryView } from '../ui/QueryView.tsx'
import { CliSignIn } from './CliSignIn.tsx'
import { CodeSignIn } from './CodeSignIn.tsx'
import classes from './GitHub.module.css'
import { TokenSignIn } from './TokenSignIn.tsx'
import { refreshAccounts } from './use-accounts.ts'

const ways = [
  { value: 'device', label: 'With a code' },
  { value: 'token', label: 'With a token' },
  { value: 'cli', label: 'GitHub CLI' },
] as const

/** Signs in at GitHub, or at a GitHub Enterprise Server. */
export function SignIn({ given = publicGitHub, done }: { given?: string; done: (account: Account) => void }) {
  const [baseUrl, setBaseUrl] = useState(given)
  const options = useQuery(api.accounts.options.queryOptions({ input: { baseUrl }, staleTime: 0 }))
  const finish = (account: Account) => {
    toast(`Signed in as ${account.login}.`)
    void refreshAccounts().then(() => done(account))
  }
  return (
    <div className={classes.signIn}>
      <Place key={baseUrl} baseUrl={baseUrl} choose={setBaseUrl} />
      <QueryView query={options} loading={<Skeleton height={64} animate={false} />}>
        {found => <Ways key={baseUrl} baseUrl={baseUrl} options={found} done={finish} />}
      </QueryView>
    </div>
  )
}

function Ways({
  baseUrl,
  options,
  done,
}: {
  baseUrl: string
  options: SignInOptions
  done: (account: Account) => void
}) {
  const [way, setWay] = useState<SignInWay>(toBest(options))
  return (
    <>
      <SegmentedControl
        size="xs"
        aria-label="How to sign in"
        value={way}
        onChange={value => setWay(value as SignInWay)}
        data={ways.map(one => ({ ...one }))}
      />
      {way === 'device' && (
        <CodeSignIn baseUrl={baseUrl} needsClientId={options.device.missing !== null} done={done} />
      )}
      {way === 'token' && <TokenSignIn baseUrl={baseUrl} tokenUrl={options.tokenUrl} done={done} />}
      {way === 'cli' && <CliSignIn baseUrl={baseUrl} missing={options.cli.missing} done={done} />}
    </>
  )
}

function toBest({ device, cli }: SignInOptions): SignInWay {
  if (device.missing === null) return 'device'
  return cli.missing === null ? 'cli' : 'token'
}

/** Where: one line, until somebody wants another server. */
function Place({ baseUrl, choose }: { baseUrl: string; choose: (baseUrl: string) => void }) {
  const [isOpen, setOpen] = useState(false)
  const [text, setText] = useState(baseUrl === publicGitHub ? '' : toHostName(baseUrl))
  const address = toAddress(text)
  if (!isOpen) {
    return (
      <p className={classes.place}>
        At <span className="mono">{toHostName(baseUrl)}</span>{' '}
        <button type="button" className={`text-link ${classes.textButton}`} onClick={() => setOpen(true)}>
          {baseUrl === publicGitHub ? 'Use GitHub Enterprise Server' : 'Change'}
        </button>
      </p>
    )
  }
  return (
    <form
      className={classes.line}
      onSubmit={event => {
        event.preventDefault()
        if (address === undefined) return
        choose(address)
        setOpen(false)
      }}
    >
      <TextInput
        className={classes.field}
        aria-label="Address of the GitHub Enterprise Server"
        placeholder="github.example.com"
        value={text}
        autoFocus
        spellCheck={false}
        autoComplete="off"
        onChange={event => setText(event.currentTarget.value)}
      />
      <Button type="submit" variant="default" disabled={address === undefined}>
        Use it
      </Button>
      <Button
        variant="subtle"
        color="gray"
        onClick={() => {
          choose(publicGitHub)
          setOpen(false)
        }}
      >
        github.com
      </Button>
    </form>
  )
}

/** Undefined while it is no address. */
function toAddress(text: string): string | undefined {
  const full = /^https?:\/\//i.test(text.trim()) ? text.trim() : `https://${text.trim()}`
  return URL.canParse(full) && new URL(full).hostname !== '' ? new URL(full).origin : undefined
}
