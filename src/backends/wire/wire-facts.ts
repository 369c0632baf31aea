import type { Wire } from './http1-wire.js';

/** What a run's report says of its connections. */
export function wireFacts(wire: Wire): Record<string, string | number> {
  const { atStart, opened, peak, failed, dropped, surplus, doubtful, addresses } = wire.facts();
  return {
    client: 'lean, HTTP/1.1',
    connectionsAtStart: atStart,
    connectionsOpened: opened,
    mostConnectionsInOneWorker: peak,
    connectionsFailed: failed,
    connectionsDroppedByServer: dropped,
    connectionsWithSurplusBytes: surplus,
    answersInDoubt: doubtful,
    mostAddresses: addresses,
  };
}
