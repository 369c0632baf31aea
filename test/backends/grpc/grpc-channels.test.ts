import * as grpc from '@grpc/grpc-js';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PLAIN_CONNECT } from '#src/backends/wire/connect-options';
import type { GrpcChannels, GrpcReply } from '#src/backends/grpc/grpc-call';
import { createGrpcChannels } from '#src/backends/grpc/grpc-channels';
import { loadGrpc } from '#src/backends/grpc/grpc-runtime';
import type { Failure } from '#src/sample';
import { eventually, realClock } from '../wire/real-clock.js';

const PATH = '/test.Service/Method';
const same = (bytes: Buffer): Buffer => bytes;
const method = {
  path: PATH,
  requestStream: false,
  responseStream: false,
  requestSerialize: same,
  requestDeserialize: same,
  responseSerialize: same,
  responseDeserialize: same,
} as const;

type Unary = grpc.handleUnaryCall<Buffer, Buffer>;

/** A real server whose one method does what a test wants. */
async function listening(handler: Unary, wanted = 0): Promise<{ server: grpc.Server; port: number }> {
  const server = new grpc.Server();
  server.addService({ Method: method }, { Method: handler });
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync(`127.0.0.1:${String(wanted)}`, grpc.ServerCredentials.createInsecure(), (error, bound) => {
      if (error === null) resolve(bound);
      else reject(error);
    });
  });
  return { server, port };
}

async function channelsTo(port: number, channels: { initial: number; max: number | null }): Promise<GrpcChannels> {
  const url = new URL(`http://127.0.0.1:${String(port)}`);
  const made = createGrpcChannels({
    grpc: await loadGrpc(),
    url,
    connect: PLAIN_CONNECT,
    channels,
    answerBytes: 1000,
    clock: realClock(),
  });
  await made.open(new AbortController().signal);
  return made;
}

function call(channels: GrpcChannels, text: string): { readonly reply: Promise<GrpcReply>; abort(): void } {
  let abort = (): void => undefined;
  const reply = channels.call(PATH, Buffer.from(text), new grpc.Metadata(), {
    onAbort(listener) {
      abort = listener;
    },
  });
  return {
    reply,
    abort: () => {
      abort();
    },
  };
}

describe('a reply', () => {
  let server: grpc.Server;
  let channels: GrpcChannels;
  beforeAll(async () => {
    // The request names the status it wants, or how long the answer shall be.
    const made = await listening(({ request }, callback) => {
      const [code, text] = request.toString().split(' ');
      if (text === undefined) callback(null, Buffer.alloc(Number(code)));
      else callback({ code: Number(code), details: text });
    });
    server = made.server;
    channels = await channelsTo(made.port, { initial: 1, max: 1 });
  });
  afterAll(() => {
    channels.close();
    server.forceShutdown();
  });

  it.each<[code: number, failure: Failure]>([
    [grpc.status.UNKNOWN, 'server-error'],
    [grpc.status.INVALID_ARGUMENT, 'rejected'],
    [grpc.status.DEADLINE_EXCEEDED, 'server-error'],
    [grpc.status.NOT_FOUND, 'rejected'],
    [grpc.status.PERMISSION_DENIED, 'unauthorized'],
    [grpc.status.RESOURCE_EXHAUSTED, 'throttled'],
    [grpc.status.FAILED_PRECONDITION, 'rejected'],
    [grpc.status.ABORTED, 'server-error'],
    [grpc.status.UNIMPLEMENTED, 'rejected'],
    [grpc.status.INTERNAL, 'server-error'],
    [grpc.status.UNAVAILABLE, 'server-error'],
    [grpc.status.UNAUTHENTICATED, 'unauthorized'],
  ])('of status %i is %s, and tells what the service said', async (code, failure) => {
    const reply = await call(channels, `${String(code)} because`).reply;
    expect(reply).toMatchObject({ kind: 'failure', failure, detail: `${grpc.status[code] ?? ''}: because` });
  });

  it('is the bytes as they came; more than the limit is a bad answer', async () => {
    expect(await call(channels, '999').reply).toMatchObject({ kind: 'answer', bytes: Buffer.alloc(999) });
    expect(await call(channels, '1001').reply).toMatchObject({ kind: 'failure', failure: 'bad-answer' });
    const empty = await call(channels, '0').reply;
    expect(empty).toMatchObject({ kind: 'answer', bytes: Buffer.alloc(0) });
    expect(empty.doneEarliestMs).toBeLessThanOrEqual(empty.doneMs);
  });
});

describe('connections', () => {
  it('a new one is made when all have a hundred open calls; an abort ends its call on the server', async () => {
    const open: grpc.ServerUnaryCall<Buffer, Buffer>[] = [];
    let cancelled = 0;
    const { server, port } = await listening((serverCall) => {
      open.push(serverCall);
      serverCall.on('cancelled', () => cancelled++);
    });
    const channels = await channelsTo(port, { initial: 2, max: null });
    const calls = Array.from({ length: 450 }, () => call(channels, 'x'));
    await eventually(() => open.length === 450);
    const perPeer = new Map<string, number>();
    for (const serverCall of open) perPeer.set(serverCall.getPeer(), (perPeer.get(serverCall.getPeer()) ?? 0) + 1);
    expect([...perPeer.values()].sort((a, b) => a - b)).toEqual([50, 100, 100, 100, 100]);
    expect(channels.facts()).toEqual({ channels: 5, mostOpenCalls: 450 });
    for (const one of calls) one.abort();
    const replies = await Promise.all(calls.map(({ reply }) => reply));
    for (const reply of replies) expect(reply).toMatchObject({ kind: 'failure', failure: 'aborted' });
    await eventually(() => cancelled === 450);
    channels.close();
    channels.close();
    server.forceShutdown();
  });

  it('never more than the most', async () => {
    const peers = new Set<string>();
    let seen = 0;
    const { server, port } = await listening((serverCall, callback) => {
      peers.add(serverCall.getPeer());
      seen++;
      callback(null, Buffer.alloc(1));
    });
    const channels = await channelsTo(port, { initial: 3, max: 3 });
    await Promise.all(Array.from({ length: 500 }, () => call(channels, 'x').reply));
    expect([seen, peers.size]).toEqual([500, 3]);
    channels.close();
    server.forceShutdown();
  });

  it('no service there is unreachable; going away under a call is cut; and what came back is found again', async () => {
    const { server, port } = await listening(() => undefined);
    const channels = await channelsTo(port, { initial: 1, max: 1 });
    const cut = call(channels, 'x').reply;
    await new Promise((resolve) => setTimeout(resolve, 100));
    server.forceShutdown();
    expect(await cut).toMatchObject({ kind: 'failure', failure: 'cut' });
    await eventuallyEnds(channels, 'unreachable');
    // Opening does not wait for a server that refuses.
    const startMs = performance.now();
    const others = await channelsTo(port, { initial: 2, max: 2 });
    expect(performance.now() - startMs).toBeLessThan(2000);
    expect(await call(others, 'x').reply).toMatchObject({ kind: 'failure', failure: 'unreachable' });
    others.close();
    const back = await listening((_, callback) => {
      callback(null, Buffer.alloc(1));
    }, port);
    await eventuallyEnds(channels, 'ok');
    channels.close();
    back.server.forceShutdown();
  });

  it('a server that speaks something else is no success', async () => {
    const sockets: Socket[] = [];
    const http1 = createServer((socket) => {
      sockets.push(socket);
      socket.on('error', () => undefined);
      socket.end('HTTP/1.1 400 Bad Request\r\n\r\n');
    });
    http1.listen(0, '127.0.0.1');
    await once(http1, 'listening');
    const channels = await channelsTo((http1.address() as AddressInfo).port, { initial: 1, max: 1 });
    const reply = await call(channels, 'x').reply;
    expect(reply).toMatchObject({ kind: 'failure' });
    if (reply.kind === 'failure') expect(['cut', 'unreachable', 'server-error']).toContain(reply.failure);
    channels.close();
    http1.close();
    for (const socket of sockets) socket.destroy();
  });
});

async function eventuallyEnds(channels: GrpcChannels, end: Failure | 'ok'): Promise<void> {
  let last = '';
  let asking = false;
  await eventually(() => {
    if (!asking && last !== end) {
      asking = true;
      void call(channels, 'x').reply.then((reply) => {
        last = reply.kind === 'failure' ? reply.failure : 'ok';
        asking = false;
      });
    }
    return last === end;
  });
}
