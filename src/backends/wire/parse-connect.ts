import { isIP } from 'node:net';
import { printable, UserError } from '../../errors.js';
import {
  type ConnectOptions,
  hostAndPort,
  PLAIN_CONNECT,
  type ResolvedHost,
  withoutFinalDot,
} from './connect-options.js';
import type { OptionInfo } from '../backend.js';
import { durationWithin, wholeNumberWithin, yesOrNo } from '../shared/parse-options.js';
import { checkTrust, TRUST_OPTIONS, TRUST_READERS } from './trust-options.js';

/** For people, and for the environment. */
export const CONNECT_OPTIONS: readonly OptionInfo[] = [
  {
    name: 'requests-per-connection',
    value: 'N',
    summary: 'close each connection after N requests; 1: a new connection for each request',
  },
  { name: 'max-connection-age', value: 'DURATION', summary: 'send no request on a connection older than this' },
  { name: 'idle', value: 'DURATION', summary: 'close idle connections after this; else by the server’s hint, or 4s' },
  { name: 'insecure', value: 'true|false', summary: 'accept any certificate' },
  ...TRUST_OPTIONS,
  { name: 'sni', value: 'NAME', summary: 'the name to ask for and to find in the certificate; the host unless given' },
  { name: 'resolve', value: 'HOST:PORT:ADDRESS', summary: 'an address for a host, as curl has it; repeatable' },
  { name: 'unix-socket', value: 'PATH', summary: 'a Unix domain socket that requests go to' },
];

/** The options that say how long connections last, where they lead and whom they trust, besides `resolve`, which may come several times. */
export const CONNECT_READERS = {
  insecure: yesOrNo,
  ...TRUST_READERS,
  sni: serverName,
  'unix-socket': socketPath,
  'requests-per-connection': wholeNumberWithin(1, 1_000_000_000),
  'max-connection-age': durationWithin('1ms', '24h'),
  idle: durationWithin('10ms', '1h'),
};

type Given = { readonly [K in keyof typeof CONNECT_READERS]?: ReturnType<(typeof CONNECT_READERS)[K]> };

/** Without what is read from files. Throws `UserError`. */
export function connectOf(given: Given, resolve: readonly string[], url: URL): ConnectOptions {
  checkTls(given, url);
  const unixSocket = given['unix-socket'] ?? null;
  if (unixSocket !== null && resolve.length > 0)
    throw new UserError(
      'backend http: --resolve gives the address of a host, and --unix-socket goes to no host; give one of them',
    );
  return {
    ...PLAIN_CONNECT,
    insecure: given.insecure ?? false,
    keyPassphrase: given['key-passphrase'] ?? null,
    serverName: given.sni ?? null,
    resolve: resolvedHosts(resolve, url),
    unixSocket,
  };
}

function checkTls(given: Given, url: URL): void {
  const tlsOnly = (['cacert', 'cert', 'key', 'key-passphrase', 'sni'] as const).filter(
    (name) => given[name] !== undefined,
  );
  if (tlsOnly.length > 0 && url.protocol !== 'https:')
    throw new UserError(`backend http: ${tlsOnly.join(', ')} need an https URL; give one, or leave them out`);
  checkTrust('http', given);
  if (given.insecure === true && given.cacert !== undefined)
    throw new UserError(
      'backend http: --insecure accepts any certificate, so --cacert would have no effect; give one of them',
    );
}

/** An entry that is for another host or port would be ignored: it is refused. */
function resolvedHosts(texts: readonly string[], url: URL): readonly ResolvedHost[] {
  const hosts = texts.map(resolvedHost);
  const { host, port } = hostAndPort(url);
  if (hosts.length > 0 && isIP(host) !== 0)
    throw new UserError(`backend http: the host of the URL is an address already; leave out --resolve`);
  const name = withoutFinalDot(host).toLowerCase();
  const other = hosts.find((entry) => entry.port !== port || (entry.host !== name && entry.host !== '*'));
  if (other !== undefined)
    throw new UserError(
      `backend http: --resolve is for ${printable(other.host, 100)}:${String(other.port)}, but requests go to ${printable(name, 100)}:${String(port)}; give that host and port`,
    );
  return hosts;
}

const RESOLVE = /^\+?([^:\s]+):(\d{1,5}):(\S+)$/;

function resolvedHost(text: string): ResolvedHost {
  const [, host = '', port = '', list = ''] = RESOLVE.exec(text) ?? [];
  const addresses = list.split(',').map((address) => address.replace(/^\[(.*)\]$/, '$1'));
  if (host === '' || Number(port) > 65_535 || addresses.some((address) => isIP(address) === 0))
    throw new UserError(
      `backend http: --resolve ${printable(text, 100)}: give HOST:PORT:ADDRESS, such as example.com:443:127.0.0.1`,
    );
  return { host: withoutFinalDot(host).toLowerCase(), port: Number(port), addresses };
}

/** Longer ones do not fit into the address of a socket (unix(7)). */
const MOST_SOCKET_PATH_BYTES = 107;

function socketPath(text: string): string {
  if (text === '' || Buffer.byteLength(text) > MOST_SOCKET_PATH_BYTES || text.includes('\0'))
    throw new Error(`give the path of a socket, of at most ${String(MOST_SOCKET_PATH_BYTES)} bytes`);
  return text;
}

function serverName(text: string): string {
  if (isIP(text) !== 0) throw new Error('give a name, since TLS sends no addresses');
  if (!/^[\w-]+(\.[\w-]+)*\.?$/.test(text)) throw new Error('give a name such as api.example.com');
  return withoutFinalDot(text);
}
