import { BlockList, isIP } from 'node:net';
import { domainToASCII } from 'node:url';
import { hostAndPort, withoutFinalDot } from './connect-options.js';

/**
 * Whether `list`, the value of `NO_PROXY`, exempts `url`. Entries are separated by commas or blanks: a host, which stands for
 * its subdomains, too (with or without a leading dot; `*.` for subdomains only), an address, a network such as `10.0.0.0/8`,
 * or `*`; each may end in a port (`host:8080`, `[::1]:8080`). Names are not looked up, so that a network exempts addresses only.
 */
export function isInNoProxy(url: URL, list: string): boolean {
  const { host, port } = hostAndPort(url);
  const matches = isIP(host) === 0 ? matchesName : matchesAddress;
  return list.split(/[\s,]+/).some((text) => {
    const { pattern, ofPort } = entryOf(text);
    return (
      (ofPort === undefined || ofPort === port) &&
      (pattern === '*' || matches(withoutFinalDot(pattern), withoutFinalDot(host)))
    );
  });
}

/** A bare IPv6 address or network has colons of its own, and no port. */
function entryOf(text: string): { readonly pattern: string; readonly ofPort: number | undefined } {
  const [, inBrackets, bare, port] = /^(?:\[(.+)\]|([^:]+))(?::(\d+))?$/.exec(text) ?? [];
  return {
    pattern: inBrackets ?? bare ?? text,
    ofPort: port === undefined ? undefined : Number(port),
  };
}

function matchesName(pattern: string, host: string): boolean {
  const domain = domainToASCII(pattern.replace(/^\*?\./, ''));
  if (domain === '') return false;
  return host.endsWith(`.${domain}`) || (host === domain && !pattern.startsWith('*.'));
}

function matchesAddress(pattern: string, address: string): boolean {
  const [, network = '', prefix] = /^([\d.]+|[\da-f:.]+)(?:\/(\d{1,3}))?$/i.exec(pattern) ?? [];
  const [family, ofAddress] = [isIP(network), isIP(address)];
  // IPv4 in IPv6 (::ffff:10.0.0.1) belongs to networks of both.
  if (family === 0 || (family === 6 && ofAddress === 4)) return false;
  const widest = family === 6 ? 128 : 32;
  const bits = prefix === undefined ? widest : Number(prefix);
  if (bits > widest) return false;
  const networks = new BlockList();
  networks.addSubnet(network, bits, family === 6 ? 'ipv6' : 'ipv4');
  return networks.check(address, ofAddress === 6 ? 'ipv6' : 'ipv4');
}
