import { homedir } from 'node:os';
import { join } from 'node:path';

/** Where this program keeps what it can make again: `$XDG_CACHE_HOME/replay`, else `~/.cache/replay`. */
export function cacheFolder(env: Readonly<Record<string, string | undefined>>): string {
  const { XDG_CACHE_HOME: cache, HOME: home } = env;
  const given = (path: string | undefined): path is string => path !== undefined && path !== '';
  return join(given(cache) ? cache : join(given(home) ? home : homedir(), '.cache'), 'replay');
}
