import { type AddressInfo } from 'node:net';
import { connect, createSecureContext, createServer, type TLSSocket } from 'node:tls';

/**
 * The first handshake of a thread takes several times the CPU of those that follow, as Node's code for TLS is read and
 * compiled then: at 1,000 requests a second that makes ten of them wait for a connection. A few handshakes with a server in
 * this thread do that before the start. There is no certificate to show, so both ends know a key (RFC 4279); a build of
 * OpenSSL without that is only less exact at first.
 */
export async function rehearseTls(signal: AbortSignal): Promise<void> {
  const server = createServer({ ...WITH_KEY, pskCallback: () => KEY }, (socket) => socket.resume());
  server.on('tlsClientError', () => undefined);
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(0, '127.0.0.1', resolve);
    });
    const { port } = server.address() as AddressInfo;
    const secureContext = createSecureContext(WITH_KEY);
    for (let i = 0; i < HANDSHAKES && !signal.aborted; i++) (await established(port, secureContext)).destroy();
  } catch {
    return;
  } finally {
    server.close();
  }
}

const HANDSHAKES = 4;
const LIMIT_MS = 1000;
const KEY = Buffer.alloc(32);
const WITH_KEY = { ciphers: 'PSK', minVersion: 'TLSv1.2', maxVersion: 'TLSv1.2' } as const;

function established(port: number, secureContext: ReturnType<typeof createSecureContext>): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const socket = connect({
      host: '127.0.0.1',
      port,
      secureContext,
      ALPNProtocols: ['http/1.1'],
      rejectUnauthorized: false,
      checkServerIdentity: () => undefined,
      pskCallback: () => ({ psk: KEY, identity: 'rehearsal' }),
    });
    socket.setNoDelay(true);
    const fail = (error: Error): void => {
      socket.destroy();
      reject(error);
    };
    socket.setTimeout(LIMIT_MS, () => {
      fail(new Error('no handshake'));
    });
    socket.on('error', fail);
    socket.once('secureConnect', () => {
      resolve(socket);
    });
  });
}
