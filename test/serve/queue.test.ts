import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SessionThread } from '#src/backends/onnx/open-thread';
import { poolThreads } from '#src/backends/onnx/session-pool';
import type { Tensor } from '#src/backends/tensors/tensor';
import { createInference } from '#src/serve/inference';
import { pause } from '../backends/wire/real-clock.js';
import { failure, independentClient, shapeOf } from './independent-client.js';
import { get, post, served, type Served } from './served.js';
import { slowly } from './tiny-models.js';

const BODY = { instances: [[1]] };
const x = { dtype: 1, tensor_shape: shapeOf(1, 1), float_val: [1] };
const PREDICT = { model_spec: { name: 'slowly' }, inputs: { x } };

describe('a queue of two before one session', () => {
  let server: Served;
  beforeAll(async () => {
    server = await served(slowly(100), { queue: 2 });
  });
  afterAll(() => server.stop());

  it('answers three of a flood and refuses the others, over both protocols', async () => {
    const replies = await Promise.all(Array.from({ length: 20 }, () => post(`${server.modelUrl}:predict`, BODY)));
    const refused = replies.filter(({ status }) => status === 429);
    expectFlooded(replies.map(({ status }) => (status === 200 ? 'answered' : status === 429 ? 'refused' : 'lost')));
    expect(refused[0]?.json).toEqual({ error: '3 requests are in the server; the queue is full' });

    const client = independentClient(server.grpc);
    const codes = await Promise.all(
      Array.from({ length: 20 }, async () => (await failure(client.predict(PREDICT))).code),
    );
    expectFlooded(codes.map((code) => (code === 'OK' ? 'answered' : code === 'RESOURCE_EXHAUSTED' ? 'refused' : code)));
    client.close();
  });

  it('gives the places of callers that hang up to the next', async () => {
    // One more half each time, and let it come in first: a question that is being answered has a place as well.
    const halves: Socket[] = [];
    let asked = 0;
    while ((await post(`${server.modelUrl}:predict`, BODY)).status !== 429) {
      expect(++asked).toBeLessThan(50);
      halves.push(sendHalf(server));
      await pause(20);
    }
    for (const half of halves) half.destroy();
    await eventuallyAnswered(server);
  });
});

/** A request that never comes whole. */
function sendHalf({ url, modelUrl }: Served): Socket {
  const { port, hostname } = new URL(url);
  const socket = connect(Number(port), hostname);
  socket.on('error', () => undefined);
  socket.write(
    `POST ${new URL(modelUrl).pathname}:predict HTTP/1.1\r\nhost: localhost\r\ncontent-length: 100\r\n\r\n{"inst`,
  );
  return socket;
}

describe('places', () => {
  const model = { name: 'm', inputs: [{ name: 'x', dtype: 'float32', shape: [1] }], outputs: [] } as const;
  const x: Tensor = { dtype: 'float32', shape: [1], values: Float32Array.of(1) };

  it('who leaves is taken out of the queue, and the last one to leave ends the drain', async () => {
    let runs = 0;
    let finish = (): void => undefined;
    const thread: SessionThread = {
      inputs: [],
      outputs: [],
      run(_, settle) {
        runs++;
        finish = () => {
          settle({ kind: 'ran', endMonotonicMs: 0, tookMs: 0 });
        };
      },
      onDeath: () => undefined,
      close: () => Promise.resolve(),
    };
    const inference = createInference(model, poolThreads([thread]), 2);
    const [first, second] = [inference.enter(), inference.enter()];
    expect(() => inference.enter()).toThrow(/queue is full/);
    const running = first.run(new Map([['x', x]]));
    const waiting = second.run(new Map([['x', x]]));
    second.leave();
    second.leave();
    await expect(waiting).rejects.toMatchObject({ status: 'CANCELLED' });
    const third = inference.enter();
    const drained = inference.drain();
    expect(() => inference.enter()).toThrow(/stopping/);
    const last = third.run(new Map([['x', x]]));
    finish();
    await running;
    first.leave();
    finish();
    await last;
    third.leave();
    await drained;
    expect(runs).toBe(2);
  });
});

/** Three get in at once; a few more may, where the machine is so slow that the first is answered before the last has come. */
function expectFlooded(ends: readonly string[]): void {
  const count = (end: string): number => ends.filter((one) => one === end).length;
  expect(count('answered') + count('refused')).toBe(20);
  expect(count('answered')).toBeGreaterThanOrEqual(3);
  expect(count('refused')).toBeGreaterThanOrEqual(10);
}

async function eventuallyAnswered(server: Served): Promise<void> {
  for (let asked = 0; (await post(`${server.modelUrl}:predict`, BODY)).status !== 200; asked++)
    expect(asked).toBeLessThan(200);
}

describe('stopping', () => {
  it('finishes what runs and what waits, over both protocols, and takes nothing new', async () => {
    const server = await served(slowly(60));
    const client = independentClient(server.grpc);
    await client.status({ model_spec: { name: 'slowly' } });
    // A connection that is open already, so that a request on it gets in while the server stops.
    expect((await get(server.modelUrl)).status).toBe(200);
    const rest = Array.from({ length: 6 }, () => post(`${server.modelUrl}:predict`, BODY));
    const grpc = Array.from({ length: 6 }, () => client.predict(PREDICT));
    // Time for all of them to arrive, while most still wait: what has not come when it stops is not in progress.
    await Promise.race(grpc);
    await pause(100);
    const stopped = server.stop();
    expect(new Set((await Promise.all(rest)).map(({ status }) => status))).toEqual(new Set([200]));
    expect(await Promise.all(grpc)).toHaveLength(6);
    await stopped;
    await expect(get(server.modelUrl)).rejects.toThrow();
    expect((await failure(client.predict(PREDICT))).code).toBe('UNAVAILABLE');
    client.close();
    await server.stop();
  });

  it('does not wait for ever for callers that only keep a connection, or send half a request', async () => {
    const server = await served(slowly());
    const { port, hostname } = new URL(server.url);
    const half = sendHalf(server);
    const idle = connect(Number(port), hostname);
    idle.on('error', () => undefined);
    const startMs = performance.now();
    await server.stop();
    expect(performance.now() - startMs).toBeLessThan(6000);
    idle.destroy();
    half.destroy();
  });
});
