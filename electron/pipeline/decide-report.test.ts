import { expect, test } from 'vitest'
import { decideReport, type ReportFacts } from './decide-report.ts'

const one = { id: 'one', sha: '1'.repeat(40) }
const two = { id: 'two', sha: '2'.repeat(40) }
const url = 'https://blog.example.com/'
const nothing = { do: 'nothing' }
const facts = (given: Partial<ReportFacts>): ReportFacts => ({
  ...{ isOn: true, wanted: 'running', url, serving: undefined, latest: undefined, told: [] },
  ...given,
})
const build = (status: 'queued' | 'running' | 'succeeded' | 'failed' | 'cancelled', release?: 'failed') => ({
  ...one,
  status,
  release,
})
const told = (
  state: 'queued' | 'in_progress' | 'success' | 'failure' | null,
  place: string | null = null,
) => [{ buildId: 'one', state, url: place }]
const live = { serving: one, latest: build('succeeded') }

test.each<[string, Partial<ReportFacts>, object]>([
  ['a deployment without a build is nothing to tell', {}, nothing],
  [
    'a queued build is announced',
    { latest: build('queued') },
    { do: 'announce', buildId: 'one', sha: one.sha },
  ],
  [
    'what was announced is told how it is',
    { latest: build('queued'), told: told(null) },
    { do: 'tell', buildId: 'one', state: 'queued', url: null },
  ],
  ['what was told is not told again', { latest: build('queued'), told: told('queued') }, nothing],
  [
    'a running build is in progress',
    { latest: build('running'), told: told('queued') },
    { do: 'tell', buildId: 'one', state: 'in_progress', url: null },
  ],
  [
    'a built one that starts is still in progress',
    { latest: build('succeeded'), told: told('in_progress') },
    nothing,
  ],
  [
    'what serves is a success, with the place where it is reached',
    { ...live, told: told('in_progress') },
    { do: 'tell', buildId: 'one', state: 'success', url },
  ],
  [
    'a place that only this computer reaches is not told',
    { ...live, url: undefined, told: told('in_progress') },
    { do: 'tell', buildId: 'one', state: 'success', url: null },
  ],
  [
    'another place is told',
    { ...live, told: told('success', 'https://old.example.com/') },
    { do: 'tell', buildId: 'one', state: 'success', url },
  ],
  ['what serves as it was told is nothing to tell', { ...live, told: told('success', url) }, nothing],
  [
    'a failed build is a failure',
    { latest: build('failed'), told: told('in_progress') },
    { do: 'tell', buildId: 'one', state: 'failure', url: null },
  ],
  [
    'a failed rollout is a failure',
    { latest: build('succeeded', 'failed'), told: told('in_progress') },
    { do: 'tell', buildId: 'one', state: 'failure', url: null },
  ],
  ['a cancelled build is not announced', { latest: build('cancelled') }, nothing],
  [
    'a newer build is announced while the older one serves',
    { serving: one, latest: { ...build('queued'), ...two }, told: told('success', url) },
    { do: 'announce', buildId: 'two', sha: two.sha },
  ],
  [
    'what was replaced is inactive',
    {
      serving: two,
      latest: { ...build('succeeded'), ...two },
      told: [...told('success', url), { buildId: 'two', state: 'success', url }],
    },
    { do: 'tell', buildId: 'one', state: 'inactive', url: null },
  ],
  [
    'a failure that was replaced stays one, and is forgotten',
    {
      serving: two,
      latest: { ...build('succeeded'), ...two },
      told: [...told('failure'), { buildId: 'two', state: 'success', url }],
    },
    { do: 'forget', buildId: 'one' },
  ],
  [
    'what is inactive is forgotten once it was told',
    { wanted: undefined, told: [{ buildId: 'one', state: 'inactive', url: null }] },
    { do: 'forget', buildId: 'one' },
  ],
  [
    'a stopped deployment is inactive',
    { ...live, wanted: 'stopped', told: told('success', url) },
    { do: 'tell', buildId: 'one', state: 'inactive', url: null },
  ],
  [
    'a removed deployment is inactive',
    { wanted: undefined, told: told('success', url) },
    { do: 'tell', buildId: 'one', state: 'inactive', url: null },
  ],
  [
    'switched off it is inactive',
    { ...live, isOn: false, told: told('success', url) },
    { do: 'tell', buildId: 'one', state: 'inactive', url: null },
  ],
  ['switched off nothing is announced', { ...live, isOn: false }, nothing],
  ['what is no commit is not announced', { latest: { ...build('queued'), sha: 'main' } }, nothing],
])('%s', (_, given, action) => {
  expect(decideReport(facts(given))).toEqual(action)
})
