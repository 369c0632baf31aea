import { tmpdir } from 'node:os';
import { expect, it } from 'vitest';
import { arrivalStoreWriter } from '#src/trace-file/arrival-store';
import { locatePlugin } from '#src/backends/registry';
import { KnownSecrets } from '#src/secrets/known-secrets';
import { runFleet, type Fleet } from '#src/threads/fleet';
import { ThreadMember } from '#src/threads/thread-member';
import { inFlightMemory } from '#src/loop/in-flight';
import type { WorkerOrder } from '#src/threads/messages';
import type { SampleBlock } from '#src/sample';

const WORKERS = 2;
const REQUESTS = 20;

async function orders(): Promise<WorkerOrder[]> {
  const writer = arrivalStoreWriter({ spoolDir: tmpdir() });
  writer.appendChunk(Float64Array.from({ length: REQUESTS }, (_, i) => i));
  const { store } = writer.finish();
  const { url } = await locatePlugin('null', process.cwd());
  const memory = inFlightMemory(WORKERS);
  return Array.from({ length: WORKERS }, (_, index) => ({
    store,
    window: { fromMs: 0, toMs: Infinity, speed: 1 },
    shard: { index, of: WORKERS },
    pluginUrl: url,
    options: null,
    payloads: [],
    runId: 'x',
    seed: 1,
    pacing: 'economic',
    yields: false,
    timeoutMs: 1000,
    rehearsals: 10,
    inFlight: { memory, limit: 100 },
  }));
}

async function handedBy(
  onStart: Fleet['onStart'],
  handedMs: number[] = [],
  more: Partial<Fleet> = {},
): Promise<number[]> {
  const never = new AbortController().signal;
  const onSamples = ({ rows, handedMs: handed }: SampleBlock): unknown => handedMs.push(...handed.subarray(0, rows));
  const time = { now: () => 0, stoppedMs: () => Infinity };
  const members = (await orders()).map((order) => new ThreadMember(order, { onSamples }, time, new KnownSecrets([])));
  await runFleet({ members, onStart, stop: never, hold: never, ...more });
  return handedMs;
}

it('no request waits for what the main thread does at the start', async () => {
  const BUSY_MS = 600;
  const handedMs = await handedBy(() => {
    const endMs = performance.now() + BUSY_MS;
    while (performance.now() < endMs);
  });
  expect(handedMs).toHaveLength(REQUESTS);
  // Told after it, each would be handed over half a second late.
  expect(Math.max(...handedMs)).toBeLessThan(BUSY_MS / 2);
});

it('what fails at the start ends the workers before they send', async () => {
  const handed: number[] = [];
  const failing = handedBy(() => {
    throw new Error('no room for the record');
  }, handed);
  await expect(failing).rejects.toThrow('no room for the record');
  expect(handed).toEqual([]);
});

it.each(['economic', 'exact'] as const)(
  'all workers get ready again, with %s pacing, where the rehearsal asks for it',
  async (pacing) => {
    let [askedFor, started] = [0, 0];
    const handedMs = await handedBy(() => started++, [], {
      repace: (rehearsed) => {
        askedFor++;
        expect(rehearsed).toHaveLength(WORKERS);
        for (const { elapsedMs } of rehearsed) expect(elapsedMs).toBeGreaterThan(0);
        return pacing;
      },
    });
    expect(handedMs).toHaveLength(REQUESTS);
    expect([askedFor, started]).toEqual([1, 1]);
  },
);
