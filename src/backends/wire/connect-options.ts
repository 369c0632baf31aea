import { isIP } from 'node:net';
import type { ConnectionOptions } from 'node:tls';
import type { ServiceLocation } from '../backend.js';

/**
 * Where connections to a service lead and whom they trust, whichever client opens them. Plain data: it crosses to the worker
 * threads. `key` and `keyPassphrase` are secret.
 */
export interface ConnectOptions {
  /** Any certificate is accepted. */
  readonly insecure: boolean;
  /** PEM, of the authorities that are trusted; null: those that Node trusts. */
  readonly ca: string | null;
  /** PEM, of the client's own certificate and its key; null: it shows none. */
  readonly cert: string | null;
  readonly key: string | null;
  readonly keyPassphrase: string | null;
  /** The name that is sent (SNI) and that the certificate has to have; null: the host of the URL. */
  readonly serverName: string | null;
  /** Addresses that are taken as they are, instead of looking the host up. */
  readonly resolve: readonly ResolvedHost[];
  /** The path of a Unix domain socket; the host of the URL then only names the service. Null: TCP. */
  readonly unixSocket: string | null;
}

export interface ResolvedHost {
  /** Lower case, without a trailing dot. */
  readonly host: string;
  readonly port: number;
  /** At least one. */
  readonly addresses: readonly string[];
}

export const PLAIN_CONNECT: ConnectOptions = {
  insecure: false,
  ca: null,
  cert: null,
  key: null,
  keyPassphrase: null,
  serverName: null,
  resolve: [],
  unixSocket: null,
};

/** Host and port of a URL as sockets take them: without brackets, the port always a number. */
export function hostAndPort({ protocol, hostname, port }: URL): { readonly host: string; readonly port: number } {
  const host = hostname.replace(/^\[|\]$/g, '');
  return { host, port: port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port) };
}

/** The name in DNS without the dot that makes it absolute: no certificate has it, and TLS forbids it (RFC 6066, section 3). */
export function withoutFinalDot(host: string): string {
  return host.replace(/(?<=.)\.$/, '');
}

/** The options of `node:tls` for trust and names when it connects to `host`. */
export function tlsOptions(
  connect: ConnectOptions,
  host: string,
): ReturnType<typeof trustInTls> & Pick<ConnectionOptions, 'servername'> {
  const name = connect.serverName ?? withoutFinalDot(host);
  return {
    ...trustInTls(connect),
    // An address is no name: it is not sent, and is looked for in the certificate as it is.
    ...(isIP(name) === 0 ? { servername: name } : {}),
  };
}

/** Those for trust alone, for a client that knows the name itself. */
export function trustInTls({
  insecure,
  ca,
  cert,
  key,
  keyPassphrase,
}: ConnectOptions): Pick<ConnectionOptions, 'rejectUnauthorized' | 'ca' | 'cert' | 'key' | 'passphrase'> {
  return {
    rejectUnauthorized: !insecure,
    ...(ca === null ? {} : { ca }),
    ...(cert === null ? {} : { cert }),
    ...(key === null ? {} : { key }),
    ...(keyPassphrase === null ? {} : { passphrase: keyPassphrase }),
  };
}

/** The addresses given for this host and port; undefined: it has to be looked up. */
export function resolvedAddresses(
  { resolve }: Pick<ConnectOptions, 'resolve'>,
  host: string,
  port: number,
): readonly string[] | undefined {
  const name = withoutFinalDot(host).toLowerCase();
  return resolve.find((entry) => entry.port === port && (entry.host === name || entry.host === '*'))?.addresses;
}

/** Where a dry run finds the service. */
export function serviceLocation(url: URL, connect: ConnectOptions): ServiceLocation {
  const { host, port } = hostAndPort(url);
  const [address] = resolvedAddresses(connect, host, port) ?? [];
  const at =
    connect.unixSocket !== null ? { path: connect.unixSocket } : address === undefined ? undefined : { host: address };
  return { url, insecure: connect.insecure, tls: tlsOptions(connect, host), ...(at === undefined ? {} : { at }) };
}
