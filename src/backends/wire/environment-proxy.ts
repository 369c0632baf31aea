import { isLoopback } from './is-loopback.js';
import { isInNoProxy } from './no-proxy.js';

type Env = Readonly<Record<string, string | undefined>>;

export interface EnvironmentProxy {
  /** The variable that names it. */
  readonly name: string;
  /** May hold a password. */
  readonly url: string;
  /** The variable that lists the hosts that are reached past it. */
  readonly exemptionsName: string;
}

/** The proxy that the environment asks for on the way to `url`; loopback never goes through one. */
export function environmentProxy(url: URL, env: Env): EnvironmentProxy | undefined {
  const name = firstSet(env, url.protocol === 'https:' ? ['HTTPS_PROXY', 'ALL_PROXY'] : ['HTTP_PROXY', 'ALL_PROXY']);
  const exemptionsName = firstSet(env, ['NO_PROXY']) ?? 'NO_PROXY';
  if (name === undefined || isLoopback(url) || isInNoProxy(url, env[exemptionsName] ?? '')) return undefined;
  return { name, url: env[name] ?? '', exemptionsName };
}

/** The first variable that is not empty; of each, the name in lower case comes first, as in curl. */
function firstSet(env: Env, names: readonly string[]): string | undefined {
  return names.flatMap((upper) => [upper.toLowerCase(), upper]).find((name) => (env[name] ?? '') !== '');
}
