import { printable, UserError } from '../../errors.js';

/**
 * The lean client and the vendor's go straight to the service. Where the environment names a proxy for it, a run would
 * bypass that silently, or fail without a hint: `UserError`. Loopback never goes through a proxy.
 */
export function refuseProxy(
  backend: string,
  { protocol, hostname }: URL,
  env: Readonly<Record<string, string | undefined>>,
): void {
  const names = protocol === 'https:' ? ['HTTPS_PROXY', 'ALL_PROXY'] : ['HTTP_PROXY', 'ALL_PROXY'];
  const name = names
    .flatMap((upper) => [upper.toLowerCase(), upper])
    .find((one) => env[one] !== undefined && env[one] !== '');
  if (name === undefined || isLoopback(hostname) || isExempt(hostname, env['no_proxy'] ?? env['NO_PROXY'] ?? ''))
    return;
  throw new UserError(
    `backend ${backend}: ${name} is set, but the calls would not go through a proxy; unset it, or add ${printable(hostname)} to NO_PROXY`,
  );
}

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname);
}

/** `*`, a name, or a domain with all below it (a leading dot is optional). */
function isExempt(hostname: string, list: string): boolean {
  return list
    .split(/[\s,]+/)
    .filter((entry) => entry !== '')
    .map((entry) => entry.toLowerCase().replace(/^\*?\./, ''))
    .some((entry) => entry === '*' || hostname === entry || hostname.endsWith(`.${entry}`));
}
