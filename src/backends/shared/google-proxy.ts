import { printable, UserError } from '../../errors.js';

type Env = Readonly<Record<string, string | undefined>>;

/**
 * Throws `UserError` where the environment asks for a proxy on the way to `url`: requests go straight to the service, since
 * a proxy would be measured with it, and to go past one that is asked for without a word would be a lie.
 */
export function refuseProxy(backend: string, url: URL, env: Env): void {
  const name = ['HTTPS_PROXY', 'https_proxy'].find((key) => (env[key] ?? '') !== '');
  if (url.protocol !== 'https:' || name === undefined || isExempt(url, env['NO_PROXY'] ?? env['no_proxy'] ?? ''))
    return;
  throw new UserError(
    `backend ${backend}: ${name} is set, but requests go straight to the service (a proxy would be measured with it); add ${printable(url.hostname, 100)} to NO_PROXY, or unset ${name}`,
  );
}

/** `*`, a host, or the end of one; with or without a port. */
function isExempt({ hostname, port }: URL, noProxy: string): boolean {
  return noProxy
    .split(/[\s,]+/)
    .filter((entry) => entry !== '')
    .some((entry) => {
      const [, name = '', ofPort = ''] = /^(.*?)(?::(\d+))?$/.exec(entry.toLowerCase()) ?? [];
      if (name === '*') return true;
      const suffix = name.replace(/^\*?\./, '');
      const isPort = ofPort === '' || ofPort === (port === '' ? '443' : port);
      return isPort && suffix !== '' && (hostname === suffix || hostname.endsWith(`.${suffix}`));
    });
}
