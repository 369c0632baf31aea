import type { Http2Wire } from './http2-wire.js';

/** What a run's report says of its connections. */
export function http2Facts(wire: Pick<Http2Wire, 'facts'>): Record<string, string | number> {
  const { protocols, atStart, opened, peak, failed, mostStreams, sentAgain, addresses } = wire.facts();
  return {
    client: `lean, ${protocols.length === 0 ? 'HTTP/2' : protocols.join(' and ')}`,
    connectionsAtStart: atStart,
    connectionsOpened: opened,
    mostConnectionsInOneWorker: peak,
    mostRequestsOnOneConnection: mostStreams,
    connectionsFailed: failed,
    requestsSentAgain: sentAgain,
    mostAddresses: addresses,
  };
}
