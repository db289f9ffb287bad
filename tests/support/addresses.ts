/**
 * A program for Node that tells of each address, once it is tried, whether something took the connection. A new pod is open
 * until its policies hold, which they do when the first address lets it in.
 */
export const tryAddresses = (addresses: readonly string[]) => `
  const { connect } = require('net')
  const attempt = (address, done) => {
    const [host, port] = address.split(':')
    const socket = connect({ host, port, timeout: 4000 })
    const say = word => { done(word); socket.destroy() }
    socket.on('connect', () => say('open')).on('timeout', () => say('closed')).on('error', () => say('closed'))
  }
  const begin = () => attempt(${JSON.stringify(addresses[0])}, word => {
    if (word === 'closed') return begin()
    for (const address of ${JSON.stringify(addresses)}) attempt(address, word => console.log(address + ' ' + word))
  })
  begin()
  require('http').createServer((_, r) => r.end()).listen(process.env.PORT)
`
