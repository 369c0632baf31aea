import { printable, UserError } from '../../errors.js';
import { isLoopback } from './google-hosts.js';

type Env = Readonly<Record<string, string | undefined>>;

/**
 * Throws `UserError` where the environment asks for a proxy on the way to `url`: requests go straight to the service, since
 * a proxy would be measured with it, and to go past one that is asked for without a word would be a lie. Loopback never
 * goes through a proxy.
 */
export function refuseProxy(backend: string, url: URL, env: Env): void {
  const names = url.protocol === 'https:' ? ['HTTPS_PROXY', 'ALL_PROXY'] : ['HTTP_PROXY', 'ALL_PROXY'];
  const name = names.flatMap((upper) => [upper.toLowerCase(), upper]).find((one) => (env[one] ?? '') !== '');
  const exempt = `${env['no_proxy'] ?? ''},${env['NO_PROXY'] ?? ''}`;
  if (name === undefined || isLoopback(url) || isExempt(url, exempt)) return;
  throw new UserError(
    `backend ${backend}: ${name} is set, but requests go straight to the service (a proxy would be measured with it); unset it, or add ${printable(url.hostname, 100)} to NO_PROXY`,
  );
}

/** `*`, a host, or the end of one (a leading dot is optional); with or without a port. */
function isExempt({ protocol, hostname, port }: URL, list: string): boolean {
  const ownPort = port !== '' ? port : protocol === 'https:' ? '443' : '80';
  return list
    .split(/[\s,]+/)
    .filter((entry) => entry !== '')
    .some((entry) => {
      const [, name = '', ofPort = ownPort] = /^(.*?)(?::(\d+))?$/.exec(entry.toLowerCase()) ?? [];
      const suffix = name.replace(/^\*?\./, '');
      const isHost = suffix !== '' && (hostname === suffix || hostname.endsWith(`.${suffix}`));
      return name === '*' || (isHost && ofPort === ownPort);
    });
}
