// A containerd folder that holds the lab's images already. Each node gets hard links to it: importing them takes two seconds of processor per node.
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync, utimesSync } from 'node:fs'
import { copyFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { withLock } from '../../tools/lock.ts'
import { machine } from './place.ts'

/** What containerd changes in place; everything else it writes once. */
const databases = ['io.containerd.metadata.v1.bolt/meta.db', 'io.containerd.snapshotter.v1.overlayfs/metadata.db']

const keptMs = 24 * 3_600_000

// It runs in namespaces of its own, ends with its last line, and a killed parent leaves nothing that outlives the time limit.
const script = `set -eu
mount -t tmpfs tmpfs /run
mkdir -p /run/state
echo 'version = 2
disabled_plugins = ["io.containerd.grpc.v1.cri"]
[plugins."io.containerd.internal.v1.opt"]
  path = "/run/opt"' >/run/config.toml
containerd --config /run/config.toml --root "$1" --state /run/state --address /run/containerd.sock >/dev/null 2>/run/log &
containerd=$!
until [ -S /run/containerd.sock ]; do kill -0 $containerd || { tail -n 5 /run/log >&2; exit 1; }; sleep 0.02; done
ctr --address /run/containerd.sock --namespace k8s.io images import - >/dev/null
kill $containerd
wait $containerd
`

/**
 * Makes the folder for this archive, unless the cache has it.
 *
 * @param archive its name tells its content, as names in the cache do
 */
export async function prepareStore(archive: string, cache: string, progress: (line: string) => void): Promise<string> {
  const folder = join(cache, 'image-stores')
  const store = join(folder, basename(archive, '.tar'))
  if (existsSync(store)) {
    utimesSync(store, new Date(), new Date())
    return store
  }
  return await withLock(
    join(cache, 'image-stores.lock'),
    () => progress('waiting for another run that unpacks the images'),
    async () => {
      if (existsSync(store)) return store
      progress('unpacking the images of the lab, once')
      const unfinished = `${store}.unfinished`
      mkdirSync(folder, { recursive: true })
      for (const entry of readdirSync(folder)) {
        const old = join(folder, entry)
        if (old === unfinished || isForgotten(old)) rmSync(old, { recursive: true, force: true })
      }
      mkdirSync(unfinished)
      const enter = ['unshare', '--net', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc', 'timeout', '110']
      await machine.must([...enter, 'bash', '-c', script, 'image-store', unfinished], { input: { file: archive }, limitMs: 120_000 })
      renameSync(unfinished, store)
      return store
    },
  )
}

/** Nodes have links of their own: a store is only needed while a lab starts. */
function isForgotten(store: string): boolean {
  return Date.now() - statSync(store).mtimeMs > keptMs
}

/** Gives a node that has never run the images. */
export async function seedStore(store: string, containerdRoot: string): Promise<void> {
  mkdirSync(containerdRoot, { recursive: true })
  const canLink = statSync(store).dev === statSync(containerdRoot).dev
  const entries = readdirSync(store).map((entry) => join(store, entry))
  await machine.must(['cp', '--archive', ...(canLink ? ['--link'] : []), ...entries, containerdRoot], { limitMs: 120_000 })
  for (const database of databases) {
    rmSync(join(containerdRoot, database))
    await copyFile(join(store, database), join(containerdRoot, database))
  }
}
