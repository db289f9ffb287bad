/** Folders of the build's pod, as every container sees them. */
export const podFolders = {
  workspace: '/workspace',
  source: '/workspace/source',
  configuration: '/etc/slipway',
  gitCredentials: '/run/git',
  variables: '/run/variables',
  registry: '/run/registry',
} as const

export const withoutProxy = 'Trying again without the proxy'

/**
 * Gets the exact commit into the source folder, by the steps that the checkout on this computer takes: the commit alone, the head
 * of the branch, its history, every branch. GIT_URL, GIT_SHA, GIT_BRANCH and its full name GIT_REF come from the environment; a login from files,
 * through a credential helper for that one host. A proxy that refuses the host is left out at the second try.
 */
export const fetchScript = `set -u
export HOME=/tmp GIT_TERMINAL_PROMPT=0 GIT_CONFIG_NOSYSTEM=1 LC_ALL=C
problem() { printf '%s' "$1" >/dev/termination-log; exit 1; }
rm -rf ${podFolders.source}
mkdir -p ${podFolders.source}
cd ${podFolders.source} || exit 1
git init --quiet --template= --initial-branch=main . || problem git_failed
git config remote.origin.url "$GIT_URL"
git config core.hooksPath /dev/null
git config advice.detachedHead false
if [ -f ${podFolders.gitCredentials}/password ]; then
  origin=$(printf '%s' "$GIT_URL" | sed -E 's#^(https?://[^/]+).*#\\1#')
  git config --global "credential.$origin.helper" \\
    '!f() { test "$1" = get && printf "username=%s\\npassword=%s\\n" "$(cat ${podFolders.gitCredentials}/username)" "$(cat ${podFolders.gitCredentials}/password)"; }; f'
fi
no_lfs='-c filter.lfs.smudge= -c filter.lfs.process= -c filter.lfs.required=false'
fetch() {
  { git fetch --progress --no-tags --no-recurse-submodules "$@" 2>&1; echo $? >/tmp/code; } | tee /tmp/fetch.log >&2
  return "$(cat /tmp/code)"
}
is_there() { git cat-file -e "$GIT_SHA^{commit}" 2>/dev/null; }
branch="+$GIT_REF:refs/remotes/origin/$GIT_BRANCH"
get() {
  fetch --depth 1 origin "$GIT_SHA" && return 0
  grep -qiE "not our ref|unadvertised object|shallow capabilities|does not support shallow|upload-pack: not|couldn't find remote ref" /tmp/fetch.log || return 1
  if [ -n "$GIT_BRANCH" ]; then
    fetch --depth 1 origin "$branch" && is_there && return 0
    fetch --depth 2147483647 origin "$branch" && is_there && return 0
  fi
  fetch --depth 2147483647 origin '+refs/heads/*:refs/remotes/origin/*' || fetch origin '+refs/heads/*:refs/remotes/origin/*' || return 1
  is_there || problem commit_not_found
}
if ! get; then
  if [ -n "\${HTTP_PROXY:-}\${http_proxy:-}\${HTTPS_PROXY:-}\${https_proxy:-}" ]; then
    echo '${withoutProxy}' >&2
    unset HTTP_PROXY http_proxy HTTPS_PROXY https_proxy ALL_PROXY all_proxy
    get || problem git_failed
  else
    problem git_failed
  fi
fi
git $no_lfs checkout --quiet --force --detach "$GIT_SHA" || problem git_failed
if [ -f .gitmodules ]; then
  if ! git $no_lfs submodule update --init --recursive --force --depth 1; then
    git submodule deinit --quiet --force --all
    rm -rf .git/modules
    git $no_lfs submodule update --init --recursive --force || problem git_failed
  fi
fi
if git ls-files -z -- .gitattributes '**/.gitattributes' | xargs -0 -r cat | grep -qE '^[^#]*filter=lfs'; then
  git lfs version >/dev/null 2>&1 || problem lfs_missing
  git lfs install --local --skip-repo >/dev/null
  git lfs pull || problem git_failed
fi
echo "Fetched $GIT_SHA"
`

/** Is there when a folder has arrived that this computer sends. */
const receivedFile = `${podFolders.workspace}/received`

/**
 * Unpacks the folder from its input. Runs again where a connection broke: only one that is whole is put in its place, by
 * whoever has it first.
 */
export const receiveCommand = `[ -f ${receivedFile} ] && exit 0
part=${podFolders.workspace}/part.$$
trap 'rm -rf "$part"' EXIT
mkdir "$part" && tar -xf - -C "$part" || exit 1
if mkdir ${podFolders.workspace}/placing 2>/dev/null; then
  rm -rf ${podFolders.source} && mv "$part" ${podFolders.source} && touch ${receivedFile}
else
  [ -f ${receivedFile} ]
fi
`

/** Waits for code that the cluster cannot fetch itself. */
export const receiveScript = `until [ -f ${receivedFile} ]; do sleep 0.2; done
echo 'The files are there'
`
