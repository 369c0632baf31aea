import { expect, it } from 'vitest';
import { mergeFacts } from '#src/threads/merge-facts';

it('counts add up over workers, peaks do not, and the rest is the first worker’s', () => {
  const facts = (connectionsOpened: number, mostConnectionsInOneWorker: number) => ({
    client: `lean ${String(connectionsOpened)}`,
    connectionsOpened,
    mostConnectionsInOneWorker,
    mostAddresses: 3,
  });
  expect(mergeFacts([facts(10, 4), facts(20, 9), { ...facts(1, 1), late: true }])).toEqual({
    client: 'lean 10',
    connectionsOpened: 31,
    mostConnectionsInOneWorker: 9,
    mostAddresses: 3,
    late: true,
  });
  expect(mergeFacts([])).toEqual({});
});
