import { connect as connectTcp, type OnReadOpts, type Socket } from 'node:net';
import { connect as connectTls, createSecureContext, type ConnectionOptions } from 'node:tls';
import type { Clock } from '../../clock.js';
import { type Addresses, createAddresses, givenNames, type Names, oneAddress } from './addresses.js';
import { type ConnectOptions, hostAndPort, resolvedAddresses, tlsOptions } from './connect-options.js';
import { firstEstablished } from './first-established.js';

/** Opens connections to one origin. */
export interface Dialer {
  /**
   * Resolves with an established socket (TLS done, no Nagle delay); rejects with the system's error of the last address
   * to fail, when `limitMs` (0: none) pass on one address in silence, or once `signal` aborts. An address that says nothing
   * costs the dial a quarter of a second, where there is another, and is then tried last for a while. Bytes that arrive lie in `readBuffer[0, count)` during `onBytes` and no longer.
   */
  dial(onBytes: (count: number) => void, limitMs: number, signal: AbortSignal): Promise<Socket>;
  /** The same, for anyone who reads the socket by its events. */
  dialForEvents(signal: AbortSignal): Promise<Socket>;
  /** How many addresses the host name has. */
  readonly addresses: number;
  close(): void;
}

export interface DialerOptions extends ConnectOptions {
  /** Protocols to offer in TLS (ALPN), the preferred one first. Absent: HTTP/1.1 alone. */
  readonly alpn?: readonly string[];
}

/**
 * Every socket of the thread reads into this one: a read is understood before its callback returns. (Each thread loads
 * its own copy of this module.)
 */
export const readBuffer: Buffer = Buffer.allocUnsafeSlow(64 * 1024);

export function createDialer(url: URL, connect: DialerOptions, clock: Clock, names?: Names): Dialer {
  const addresses = addressesOf(url, connect, clock, names);
  const at = placeOf(url, connect);
  const open = url.protocol === 'https:' ? openTls(url, connect, at) : openTcp(at);
  const dial = async (onBytes: OnBytes | null, limitMs: number, signal: AbortSignal): Promise<Socket> => {
    const known = await addresses.next();
    signal.throwIfAborted();
    return firstEstablished({
      addresses: known,
      attempt: (address, ended) => established(open(address, onBytes), limitMs, ended),
      signal,
      onFailed: (address) => {
        addresses.failed(address);
      },
    });
  };
  return {
    dial,
    dialForEvents: (signal) => dial(null, 10_000, signal),
    get addresses() {
      return addresses.count;
    },
    close: () => {
      addresses.close();
    },
  };
}

function addressesOf(url: URL, connect: ConnectOptions, clock: Clock, names: Names | undefined): Addresses {
  if (connect.unixSocket !== null) return oneAddress(connect.unixSocket);
  const { host, port } = hostAndPort(url);
  const given = resolvedAddresses(connect, host, port);
  return createAddresses(host, clock, given === undefined ? names : givenNames(given));
}

/** What a socket learns of one of the addresses. */
type Place = (address: string) => { readonly path: string } | { readonly host: string; readonly port: number };

function placeOf(url: URL, { unixSocket }: ConnectOptions): Place {
  if (unixSocket !== null) return (path) => ({ path });
  const { port } = hostAndPort(url);
  return (host) => ({ host, port });
}

/** A socket on its way, and the event that says it is established. */
interface Opening {
  readonly socket: Socket;
  readonly event: 'connect' | 'secureConnect';
}

type OnBytes = (count: number) => void;
type Open = (address: string, onBytes: OnBytes | null) => Opening;

function openTcp(at: Place): Open {
  return (address, onBytes) => ({
    socket: connectTcp({ ...at(address), noDelay: true, ...reading(onBytes) }),
    event: 'connect',
  });
}

function openTls(url: URL, connect: DialerOptions, at: Place): Open {
  const { rejectUnauthorized, servername, ...trust } = tlsOptions(connect, hostAndPort(url).host);
  // One for all connections: making it reads every root certificate.
  const secureContext = createSecureContext(trust);
  let session: Buffer | undefined;
  return (address, onBytes) => {
    // `onread` is known to TLS sockets too; the types do not say so.
    const options: ConnectionOptions & { onread?: OnReadOpts } = {
      ...at(address),
      ...(servername === undefined ? {} : { servername }),
      ALPNProtocols: [...(connect.alpn ?? ['http/1.1'])],
      rejectUnauthorized,
      secureContext,
      ...reading(onBytes),
      ...(session === undefined ? {} : { session }),
    };
    const socket = connectTls(options);
    socket.setNoDelay(true);
    socket.on('session', (ticket) => {
      session = ticket;
    });
    return { socket, event: 'secureConnect' };
  };
}

function reading(onBytes: OnBytes | null): { readonly onread?: OnReadOpts } {
  if (onBytes === null) return {};
  const callback = (count: number): boolean => {
    onBytes(count);
    return true;
  };
  return { onread: { buffer: readBuffer, callback } };
}

function established({ socket, event }: Opening, limitMs: number, signal: AbortSignal): Promise<Socket> {
  return new Promise((resolve, reject) => {
    let settled = false;
    const giveUp = (): void => {
      if (settled) return;
      socket.destroy();
      reject(new Error(signal.aborted ? 'aborted' : `no connection within ${String(limitMs)} ms`));
    };
    const settle = (): void => {
      settled = true;
      // Else every read and write of its life would set the timer again.
      socket.setTimeout(0);
      signal.removeEventListener('abort', giveUp);
    };
    // Stays for the life of the socket: an error without a listener would end the process.
    socket.on('error', (error) => {
      settle();
      reject(error);
    });
    socket.once('close', () => {
      reject(new Error('closed while connecting'));
    });
    socket.once(event, () => {
      settle();
      resolve(socket);
    });
    socket.setTimeout(limitMs);
    // In the next turn: a connection may have been established while this process was stopped.
    socket.once('timeout', () => setImmediate(giveUp));
    signal.addEventListener('abort', giveUp, { once: true });
  });
}
