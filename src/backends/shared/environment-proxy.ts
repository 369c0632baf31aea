import { isLoopback } from './google-hosts.js';

type Env = Readonly<Record<string, string | undefined>>;

export interface EnvironmentProxy {
  /** The variable that names it. */
  readonly name: string;
  /** May hold a password. */
  readonly url: string;
}

/** The proxy that the environment asks for on the way to `url`; loopback never goes through one. */
export function environmentProxy(url: URL, env: Env): EnvironmentProxy | undefined {
  const names = url.protocol === 'https:' ? ['HTTPS_PROXY', 'ALL_PROXY'] : ['HTTP_PROXY', 'ALL_PROXY'];
  const name = names.flatMap((upper) => [upper.toLowerCase(), upper]).find((one) => (env[one] ?? '') !== '');
  const exempt = `${env['no_proxy'] ?? ''},${env['NO_PROXY'] ?? ''}`;
  if (name === undefined || isLoopback(url) || isExempt(url, exempt)) return undefined;
  return { name, url: env[name] ?? '' };
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
