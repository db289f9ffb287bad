// Loaded after the older test runtime's own compat.cjs: libsql, which stands in for better-sqlite3 there, ignores
// `pluck()` in `get()`.
'use strict'
const Database = require('better-sqlite3')

const database = new Database(':memory:')
const statement = Object.getPrototypeOf(database.prepare('SELECT 1'))
database.close()

const { get } = statement
statement.get = function (...parameters) {
  const row = get.apply(this, parameters)
  return this.pluckMode && row !== undefined ? row[Object.keys(row)[0]] : row
}
