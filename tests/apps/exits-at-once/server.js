console.log('one line to stdout')
console.error('Error: DATABASE_URL is not set')
process.exitCode = 1
