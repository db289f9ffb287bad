const headsPrefix = 'refs/heads/'

/** Branches from the output of `git ls-remote --symref <url> HEAD 'refs/heads/*'`: the default one first, then by name. */
export function parseBranches(output: string): { name: string; sha: string }[] {
  const lines = output.split('\n').map(line => line.split('\t'))
  const defaultRef = lines.find(([value, ref]) => ref === 'HEAD' && value?.startsWith('ref: '))?.[0]?.slice(5)
  const branches = lines.flatMap(([sha, ref]) =>
    sha !== undefined && ref?.startsWith(headsPrefix) ? [{ name: ref.slice(headsPrefix.length), sha }] : [],
  )
  const rank = (name: string): number => {
    if (`${headsPrefix}${name}` === defaultRef) return 0
    if (name === 'main') return 1
    return name === 'master' ? 2 : 3
  }
  return branches.sort((a, b) => rank(a.name) - rank(b.name) || (a.name < b.name ? -1 : 1))
}
