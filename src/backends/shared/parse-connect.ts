import { isIP } from 'node:net';
import { printable, UserError } from '../../errors.js';
import {
  type ConnectOptions,
  hostAndPort,
  PLAIN_CONNECT,
  type ResolvedHost,
  withoutFinalDot,
} from './connect-options.js';
import { yesOrNo } from './parse-options.js';

/** Paths; null: none was given. */
export interface PemFiles {
  readonly cacert: string | null;
  readonly cert: string | null;
  readonly key: string | null;
}

/** The options that say where connections lead and whom they trust, besides `resolve`, which may come several times. */
export const CONNECT_READERS = {
  insecure: yesOrNo,
  cacert: somePath,
  cert: somePath,
  key: somePath,
  'key-passphrase': (text: string) => text,
  sni: serverName,
  'unix-socket': socketPath,
};

type Given = { readonly [K in keyof typeof CONNECT_READERS]?: ReturnType<(typeof CONNECT_READERS)[K]> };

/** Without what is read from files. Throws `UserError`. */
export function connectOf(given: Given, resolve: readonly string[], url: URL): ConnectOptions {
  checkTls(given, url);
  const unixSocket = given['unix-socket'] ?? null;
  if (unixSocket !== null && resolve.length > 0)
    throw new UserError(
      'backend http: --set resolve= says where a host is, and unix-socket that no host is asked; give one',
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

export function pemFilesOf({ cacert, cert, key }: Given): PemFiles {
  return { cacert: cacert ?? null, cert: cert ?? null, key: key ?? null };
}

function checkTls(given: Given, url: URL): void {
  const tlsOnly = (['cacert', 'cert', 'key', 'key-passphrase', 'sni'] as const).filter(
    (name) => given[name] !== undefined,
  );
  if (tlsOnly.length > 0 && url.protocol !== 'https:')
    throw new UserError(`backend http: ${tlsOnly.join(', ')} need an https URL; give one, or leave them out`);
  if (given.cert === undefined && given.key !== undefined)
    throw new UserError('backend http: --set key= is the key of a certificate; give that with --set cert=FILE');
  if (given.cert === undefined && given['key-passphrase'] !== undefined)
    throw new UserError('backend http: --set key-passphrase= needs --set cert=FILE');
  if (given.insecure === true && given.cacert !== undefined)
    throw new UserError('backend http: insecure accepts any certificate, so that cacert would mean nothing; give one');
}

/** An entry that is for another host or port would be ignored: it is refused. */
function resolvedHosts(texts: readonly string[], url: URL): readonly ResolvedHost[] {
  const hosts = texts.map(resolvedHost);
  const { host, port } = hostAndPort(url);
  if (hosts.length > 0 && isIP(host) !== 0)
    throw new UserError(`backend http: the URL names an address, which needs no resolve; leave it out`);
  const name = withoutFinalDot(host).toLowerCase();
  const other = hosts.find((entry) => entry.port !== port || (entry.host !== name && entry.host !== '*'));
  if (other !== undefined)
    throw new UserError(
      `backend http: resolve names ${printable(other.host, 100)}:${String(other.port)}, but requests go to ${printable(name, 100)}:${String(port)}; name that`,
    );
  return hosts;
}

const RESOLVE = /^\+?([^:\s]+):(\d{1,5}):(\S+)$/;

function resolvedHost(text: string): ResolvedHost {
  const [, host = '', port = '', list = ''] = RESOLVE.exec(text) ?? [];
  const addresses = list.split(',').map((address) => address.replace(/^\[(.*)\]$/, '$1'));
  if (host === '' || Number(port) > 65_535 || addresses.some((address) => isIP(address) === 0))
    throw new UserError(
      `backend http: --set resolve=${printable(text, 100)}: give HOST:PORT:ADDRESS, such as example.com:443:127.0.0.1`,
    );
  return { host: withoutFinalDot(host).toLowerCase(), port: Number(port), addresses };
}

function somePath(text: string): string {
  if (text === '') throw new Error('give the path of a PEM file');
  return text;
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
