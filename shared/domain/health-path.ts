/** Where an app is asked over HTTP whether it is ready; an empty text: a connection is enough. */
export const healthPathPattern = /^(?:\/[!-"$-~]{0,499})?$/
export const healthPathRule = 'is no path: it begins with / and has no spaces'
