import { once } from 'node:events'
import { connect } from 'node:net'
import { readValues, writeValues } from './dbus-wire.ts'

/** Numbers of the D-Bus specification. */
const kinds = { call: 1, answer: 2, error: 3, signal: 4 } as const
const fields = {
  path: 1,
  interface: 2,
  member: 3,
  error: 4,
  replyTo: 5,
  destination: 6,
  sender: 7,
  signature: 8,
}
const fixedHeaderBytes = 16

export interface BusMessage {
  readonly kind: number
  readonly serial: number
  readonly member: string
  readonly interface: string
  readonly sender: string
  readonly replyTo: number
  readonly values: readonly unknown[]
}

interface Outgoing {
  readonly kind: number
  readonly fields: readonly (readonly [number, readonly [string, unknown]])[]
  readonly signature?: string
  readonly values?: readonly unknown[]
}

/** A connection to the bus that listens on a unix socket, logged in and with a name of its own. */
export async function connectBus(socketPath: string, onMessage: (message: BusMessage) => void) {
  const socket = connect(socketPath)
  await once(socket, 'connect')
  const uid = Buffer.from(String(process.getuid?.() ?? 0)).toString('hex')
  socket.write(`\0AUTH EXTERNAL ${uid}\r\n`)
  const [greeting] = (await once(socket, 'data')) as [Buffer]
  if (!greeting.toString().startsWith('OK')) throw new Error(`the bus refused: ${greeting}`)
  socket.write('BEGIN\r\n')

  let serial = 0
  let pending = Buffer.alloc(0)
  const calls = new Map<number, (message: BusMessage) => void>()

  socket.on('data', chunk => {
    pending = Buffer.concat([pending, chunk])
    for (let size = sizeOf(pending); size !== undefined && pending.length >= size; size = sizeOf(pending)) {
      const message = toMessage(pending.subarray(0, size))
      pending = pending.subarray(size)
      const answer = calls.get(message.replyTo)
      calls.delete(message.replyTo)
      if (answer) answer(message)
      else onMessage(message)
    }
  })

  function send({ kind, fields: own, signature = '', values = [] }: Outgoing): number {
    serial++
    const body = writeValues(signature, values)
    const all = signature === '' ? own : [...own, [fields.signature, ['g', signature]] as const]
    const header = writeValues('yyyyuua(yv)', [108, kind, 0, 1, body.length, serial, all])
    socket.write(Buffer.concat([header, Buffer.alloc((8 - (header.length % 8)) % 8), body]))
    return serial
  }

  function callBus(member: string, signature = '', values: readonly unknown[] = []): Promise<BusMessage> {
    const sent = send({
      kind: kinds.call,
      fields: [
        [fields.path, ['o', '/org/freedesktop/DBus']],
        [fields.interface, ['s', 'org.freedesktop.DBus']],
        [fields.member, ['s', member]],
        [fields.destination, ['s', 'org.freedesktop.DBus']],
      ],
      signature,
      values,
    })
    return new Promise(resolve => calls.set(sent, resolve))
  }

  await callBus('Hello')
  return {
    requestName: (name: string) => callBus('RequestName', 'su', [name, 0]),

    answer: (call: BusMessage, signature: string, values: readonly unknown[]) =>
      send({
        kind: kinds.answer,
        fields: [
          [fields.replyTo, ['u', call.serial]],
          [fields.destination, ['s', call.sender]],
        ],
        signature,
        values,
      }),

    signal: (path: string, iface: string, member: string, signature: string, values: readonly unknown[]) =>
      send({
        kind: kinds.signal,
        fields: [
          [fields.path, ['o', path]],
          [fields.interface, ['s', iface]],
          [fields.member, ['s', member]],
        ],
        signature,
        values,
      }),

    close: () => socket.destroy(),
  }
}

/** Size of the message at the start, once enough of it is there to tell. */
function sizeOf(bytes: Buffer): number | undefined {
  if (bytes.length < fixedHeaderBytes) return undefined
  const header = fixedHeaderBytes + bytes.readUInt32LE(12)
  return Math.ceil(header / 8) * 8 + bytes.readUInt32LE(4)
}

function toMessage(bytes: Buffer): BusMessage {
  const { values, end } = readValues(bytes, 'yyyyuua(yv)')
  const list = values[6] as [number, [string, unknown]][]
  const field = (code: number): unknown => list.find(([known]) => known === code)?.[1][1]
  const signature = String(field(fields.signature) ?? '')
  return {
    kind: Number(values[1]),
    serial: Number(values[5]),
    member: String(field(fields.member) ?? ''),
    interface: String(field(fields.interface) ?? ''),
    sender: String(field(fields.sender) ?? ''),
    replyTo: Number(field(fields.replyTo) ?? 0),
    values: readValues(bytes, signature, Math.ceil(end / 8) * 8).values,
  }
}
