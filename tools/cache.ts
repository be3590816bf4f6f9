// Where everything lies that is built once and used by every checkout.
import { createHash } from 'node:crypto'
import { homedir } from 'node:os'
import { join } from 'node:path'

/** `$METALLB_CACHE`, else `$XDG_CACHE_HOME/metallb`, else `~/.cache/metallb`. Safe to delete when no lab runs. */
export function cacheFolder(env: Readonly<Record<string, string | undefined>> = process.env): string {
  if (env['METALLB_CACHE']) return env['METALLB_CACHE']
  return join(env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'metallb')
}

/** A name for what was made from these inputs. Parts are fenced, so that moving text from one to the next changes the key. */
export function cacheKey(...parts: readonly (string | Uint8Array)[]): string {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(`${part.length}:`).update(part)
  return hash.digest('hex').slice(0, 16)
}
