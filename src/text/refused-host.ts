import { printable } from '../errors.js';

/**
 * Why a server that listens on `address` does not answer a request with this Host (or `:authority`), as a sentence; undefined: it
 * does. On a loopback address only names of this machine are taken, for a page in a browser can make a name of its own lead here.
 * A server on any other address is meant for others, who call it by names that it does not know.
 */
export function refusedHost(host: string | undefined, address: string): string | undefined {
  if (!isLoopback(address)) return undefined;
  const name = /^(\[[^\]]*\]|[^:]*)(?::\d{1,5})?$/.exec(host ?? '')?.[1]?.toLowerCase();
  if (name !== undefined && (name === 'localhost' || isLoopback(name))) return undefined;
  return `this server answers to localhost, 127.0.0.1 and [::1] only, not to ${printable(host ?? 'a request without Host', 100)}`;
}

function isLoopback(address: string): boolean {
  return (
    /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(address) ||
    address === '::1' ||
    address === '[::1]' ||
    address === 'localhost'
  );
}
