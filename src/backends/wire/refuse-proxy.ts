import { printable, UserError } from '../../errors.js';
import { environmentProxy } from './environment-proxy.js';

type Env = Readonly<Record<string, string | undefined>>;

/**
 * Throws `UserError` where the environment asks for a proxy on the way to `url`: requests go straight to the service, since
 * a proxy would be measured with it, and to go past one that is asked for without a word would be a lie. `instead` is
 * another way out.
 */
export function refuseProxy(backend: string, url: URL, env: Env, instead = ''): void {
  const proxy = environmentProxy(url, env);
  if (proxy === undefined) return;
  throw new UserError(
    `backend ${backend}: ${proxy.name} is set, but requests go straight to the service (a proxy would be measured with it); ${instead}unset it, or add ${printable(url.hostname, 100)} to ${proxy.exemptionsName}`,
  );
}
