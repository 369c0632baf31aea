import { printable, UserError } from '../../errors.js';
import type { SetUp } from '../backend.js';
import { environmentProxy } from './environment-proxy.js';
import type { HttpOptions } from './http-options.js';
import { refuseProxy } from './refuse-proxy.js';

export interface ChosenProxy {
  /** May hold a password. */
  readonly proxy: string | null;
  readonly notes: readonly string[];
}

/** The proxy of the options, else that of the environment. The lean client goes through none: it refuses the environment's with `UserError`. */
export function chosenProxy({ url, client, proxy, connect }: HttpOptions, env: SetUp['env']): ChosenProxy {
  // Nothing stands between this machine and a socket on it.
  if (connect.unixSocket !== null) return { proxy: null, notes: [] };
  if (client === 'lean') {
    refuseProxy('http', new URL(url), env, 'go through it with --set client=undici, ');
    return { proxy: null, notes: [] };
  }
  if (proxy !== null) return through('--set proxy', proxy);
  const asked = environmentProxy(new URL(url), env);
  if (asked === undefined) return { proxy: null, notes: [] };
  if (connect.resolve.length > 0)
    throw new UserError(
      `backend http: ${asked.name} is set, and a proxy finds the service itself; leave out resolve, or add ${printable(new URL(url).hostname, 100)} to ${asked.exemptionsName}`,
    );
  return through(asked.name, asked.url);
}

function through(name: string, text: string): ChosenProxy {
  // Environments name it without a scheme, too.
  const proxy = text.includes('://') ? text : `http://${text}`;
  if (!URL.canParse(proxy) || !/^https?:$/.test(new URL(proxy).protocol))
    throw new UserError(`backend http: ${name} is no http or https URL; give one such as http://host:3128`);
  return { proxy, notes: [`Requests went through a proxy (${name}), which was measured with the service.`] };
}
