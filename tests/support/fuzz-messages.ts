import { z } from 'zod'
import { maxRequestBytes } from '../../electron/rpc/websocket.ts'
import { contract } from '../../shared/contract/contract.ts'

/** Numbers from 0 to 1 that are the same for the same seed (mulberry32). */
export function createRandom(seed: number) {
  let state = seed
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
  const below = (n: number): number => Math.floor(next() * n)
  return {
    next,
    below,
    pick: <T>(list: readonly T[]): T => list[below(list.length)] as T,
    isHit: (chance: number): boolean => next() < chance,
  }
}
export type Random = ReturnType<typeof createRandom>

/** What a JSON schema says, as far as the contract's use it. */
interface Shape {
  readonly type?: string
  readonly anyOf?: readonly Shape[]
  readonly oneOf?: readonly Shape[]
  readonly enum?: readonly unknown[]
  readonly const?: unknown
  readonly properties?: Readonly<Record<string, Shape>>
  readonly required?: readonly string[]
  readonly items?: Shape
  readonly pattern?: string
  readonly minimum?: number
  readonly maximum?: number
}

export interface Entry {
  readonly path: string
  readonly input: Shape | undefined
}

/** Every entry of the contract with the shape of its input. */
export const entries: readonly Entry[] = Object.entries(contract).flatMap(([noun, verbs]) =>
  Object.entries(verbs as Record<string, { '~orpc': { inputSchema?: z.ZodType } }>).map(([verb, entry]) => {
    const schema = entry['~orpc'].inputSchema
    const options = { io: 'input', unrepresentable: 'any' } as const
    return { path: `${noun}/${verb}`, input: schema && (z.toJSONSchema(schema, options) as Shape) }
  }),
)

/** Things that are there, for inputs that mean something. */
export interface Known {
  readonly ids: readonly string[]
  readonly names: readonly string[]
  readonly addresses: readonly string[]
}

/** An input of the shape. */
export function generate(random: Random, known: Known, shape: Shape, name = ''): unknown {
  if (shape.const !== undefined) return shape.const
  if (shape.enum) return random.pick(shape.enum)
  const choices = shape.anyOf ?? shape.oneOf
  if (choices) return generate(random, known, random.pick(choices), name)
  switch (shape.type) {
    case 'object':
      return Object.fromEntries(
        Object.entries(shape.properties ?? {})
          .filter(([key]) => shape.required?.includes(key) || random.isHit(0.5))
          .map(([key, part]) => [key, generate(random, known, part, key)]),
      )
    case 'array':
      return Array.from({ length: random.below(4) }, () => generate(random, known, shape.items ?? {}, name))
    case 'integer':
    case 'number': {
      const from = Math.max(shape.minimum ?? -10, -1000)
      return from + random.below(Math.min(shape.maximum ?? 1000, 100_000) - from + 1)
    }
    case 'boolean':
      return random.isHit(0.5)
    case 'null':
      return null
    default:
      return toText(random, known, shape, name)
  }
}

function toText(random: Random, known: Known, { pattern }: Shape, name: string): string {
  if (pattern?.includes('26') || /id$/i.test(name)) return random.pick(known.ids)
  if (name === 'address') return random.pick(known.addresses)
  if (name === 'name') return random.pick(known.names)
  return random.pick(['', 'main', 'a', 'npm start', 'KEY', 'value', '.'])
}

const oddTexts: readonly string[] = [
  ...[
    '',
    ' ',
    '\0',
    '\ud800',
    '\udfff\ud83d',
    '\u202e',
    '🚀'.repeat(50),
    'x'.repeat(70_000),
    '\n\r\t',
    '%00%ff',
  ],
  ...[
    '__proto__',
    'constructor',
    'toString',
    '../../etc/passwd',
    '-rf',
    '--upload-pack=x',
    'ext::sh -c id',
    "'; DROP TABLE builds; --",
  ],
  ...[
    'NaN',
    '1e999',
    '9'.repeat(400),
    '<script>alert(1)</script>',
    '{{7*7}}',
    '$(id)',
    'null',
    'undefined',
    '\u0000'.repeat(50),
  ],
]
const oddValues: readonly unknown[] = [
  ...[null, true, false, 0, -0, -1, 1.5, 1e308, 2 ** 53, -(2 ** 53), 65_536, [], {}, [[]], [null]],
  ...[{ __proto__: null }, { length: 1e9 }, { toJSON: 'x' }, { status: 'x' }],
]

/** Nested so deep that who walks it by calls runs out of stack, if they walk it. */
const deep = (depth: number): string => `${'['.repeat(depth)}${']'.repeat(depth)}`

const mutations: readonly ((random: Random, value: unknown) => unknown)[] = [
  random => random.pick(oddTexts),
  random => random.pick(oddValues),
  (_, value) => [value],
  (_, value) => ({ value }),
  (random, value) => Object.assign(toObject(value), { [random.pick(oddTexts)]: random.pick(oddValues) }),
  (_, value) =>
    Object.defineProperty(toObject(value), '__proto__', { value: { polluted: 1 }, enumerable: true }),
  (_, value) => Object.assign(toObject(value), { constructor: { prototype: { polluted: 1 } } }),
  random => JSON.parse(deep(1 + random.below(2000))),
  random => Array.from({ length: random.below(500) }, () => random.pick(oddValues)),
]

const toObject = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {}

/** The value with something in it that does not belong there. */
export function mutate(random: Random, value: unknown): unknown {
  const keys = typeof value === 'object' && value !== null ? Object.keys(value) : []
  if (keys.length > 0 && random.isHit(0.75)) {
    const key = random.pick(keys)
    if (random.isHit(0.15)) {
      const { [key]: _gone, ...rest } = value as Record<string, unknown>
      return rest
    }
    const changed = mutate(random, (value as Record<string, unknown>)[key])
    return Array.isArray(value)
      ? value.map((one, index) => (String(index) === key ? changed : one))
      : { ...toObject(value), [key]: changed }
  }
  return random.pick(mutations)(random, value)
}

export interface Message {
  readonly frame: string | Buffer
  /** Of a request that has to be answered. */
  readonly id: string | undefined
  /** Whether the connection may be ended for it. */
  readonly isTooLarge: boolean
}

/** One message to send: most of them requests that are nearly right. */
export function createMessage(random: Random, known: Known, id: string): Message {
  const sent = (frame: string | Buffer, isRequest = false): Message => ({
    frame,
    id: isRequest ? id : undefined,
    isTooLarge: false,
  })
  const kind = random.next()
  if (kind < 0.00005) return { frame: 'x'.repeat(maxRequestBytes + 1), id: undefined, isTooLarge: true }
  const entry = random.pick(entries)
  const good = entry.input ? generate(random, known, entry.input) : undefined
  const input = random.isHit(0.85) ? mutate(random, good) : good
  const request = { i: id, p: { u: `/${entry.path}`, b: { json: input, meta: [] } } }
  if (kind < 0.8) return sent(JSON.stringify(request), true)
  const text = JSON.stringify(request)
  const odd = random.below(10)
  switch (odd) {
    case 0:
      return sent(text.slice(0, random.below(text.length)))
    case 1:
      return sent(Buffer.from(text.slice(0, random.below(text.length))))
    case 2:
      return sent(Buffer.from(Array.from({ length: random.below(200) }, () => random.below(256))))
    case 3:
      return sent(
        Buffer.concat([Buffer.from(text), Buffer.from([255]), Buffer.from('\0\xff binary', 'latin1')]),
      )
    case 4:
      return sent(JSON.stringify(random.pick(oddValues)))
    case 5:
      return sent(JSON.stringify({ ...request, p: { ...request.p, u: toOddUrl(random, entry.path) } }))
    case 6:
      return sent(JSON.stringify({ ...request, t: random.pick([0, 2, 3, 4, 9, -1, 'x', null]) }))
    case 7:
      return sent(JSON.stringify({ ...request, p: mutate(random, { ...request.p }) }))
    case 8:
      return sent(JSON.stringify({ ...request, p: { ...request.p, h: toOddHeaders(random) } }))
    default: {
      const meta = Array.from({ length: random.below(4) }, () => [
        random.below(12),
        ...Array.from({ length: random.below(3) }, () =>
          random.pick([...Object.keys(toObject(input)), ...oddTexts]),
        ),
      ])
      return sent(JSON.stringify({ ...request, p: { ...request.p, b: { json: input, meta } } }))
    }
  }
}

const toOddUrl = (random: Random, path: string): string =>
  random.pick([
    ...[
      '/',
      '',
      '//',
      '/nothing',
      `/${path}/more`,
      `/${path}?data=%00`,
      '/__proto__/constructor',
      '/toString',
    ],
    ...[
      `/${path.toUpperCase()}`,
      '/../../etc/passwd',
      'http://evil.example/x',
      'file:///etc/passwd',
      `/%ff/${path}`,
    ],
    ...['/session/__proto__', '/deployments', `/${'x/'.repeat(5000)}`, '\0', '/hasOwnProperty/call'],
  ])

const toOddHeaders = (random: Random): unknown =>
  random.pick<unknown>([
    ...[{ 'content-type': 'text/event-stream' }, { 'content-type': 'multipart/form-data; boundary=x' }],
    ...[
      { 'content-disposition': 'attachment; filename="../../x"' },
      { 'content-type': 'application/x-www-form-urlencoded' },
    ],
    ...[{ __proto__: 1 }, 'x', 1, [], { 'last-event-id': '1' }, { host: 1 }, { 'content-type': 1 }],
  ])
