import type { BuildLimits } from './build-namespace.ts'
import { stampFile } from './build-values.ts'
import { podFolders } from './fetch-script.ts'
import { leaveState, toKibibytes, toTakeState } from './kept-state.ts'
import { toTrustScript } from './trust.ts'

export const stateFolder = '/home/user/.local/share/buildkit'

/** Files of a ConfigMap are links, of which BuildKit does not follow all. */
export const ownFolder = '/tmp/slipway'

/**
 * Processes are bounded, since a build that forks without end would take the node with it where pods have no limit. What is written
 * is counted here too: the kubelet looks once a minute, in which a disk can be filled.
 */
export const toBuildScript = ({ buildDisk }: BuildLimits): string => `ulimit -u 2048 2>/dev/null || true
mkdir -p ${ownFolder}
cp -L ${podFolders.configuration}/Docker* ${podFolders.configuration}/${stampFile} ${ownFolder}/ 2>/dev/null
${toTrustScript()}state=${stateFolder}
limit=${toKibibytes(buildDisk)}
${toTakeState(buildDisk)}buildctl-daemonless.sh build --metadata-file /tmp/metadata.json "$@" &
build=$!
(
  while sleep 3; do
    size=$(du -skx $state 2>/dev/null | awk '{ print $1 }')
    [ -z "$kept" ] || echo "$size" >$kept/size
    code=$(du -skx ${podFolders.workspace} 2>/dev/null | awk '{ print $1 }')
    [ $((size + code)) -lt $limit ] && continue
    echo 'error: no space left on device: the build wrote more than it may' >&2
    kill $build
    break
  done
) &
watchdog=$!
stopped=
trap 'stopped=yes; kill $build' TERM
wait $build
code=$?
[ -z "$stopped" ] || wait $build
kill $watchdog 2>/dev/null
${leaveState}sed -n 's/.*"containerimage.digest": *"\\(sha256:[0-9a-f]*\\)".*/\\1/p' /tmp/metadata.json 2>/dev/null >/dev/termination-log
exit $code
`
