import type { Socket } from 'node:net';

/**
 * Whether a TCP connection that seems to have ended was reset: where the last bytes and the reset are read together, the event loop
 * reports a mere end. The peer of a connection that was reset is gone, that of one that ended is not. To be asked
 * once, at the end: a socket remembers its peer.
 */
export function wasReset(socket: Socket | undefined): boolean {
  return socket?.localAddress !== undefined && socket.remoteAddress === undefined;
}

export const RESET = Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' });
