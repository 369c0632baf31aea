import { connect, type Socket } from 'node:net';
import { Worker } from 'node:worker_threads';

export interface BlackHole {
  readonly address: string;
  close(): Promise<void>;
}

const PROGRAM = `
  const { createServer } = require('node:net');
  const { parentPort, workerData } = require('node:worker_threads');
  const server = createServer();
  server.listen({ ...workerData, backlog: 1 }, () => {
    parentPort.postMessage('listening');
    // Nothing is accepted from now on.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  });`;

/** An address of this machine whose queue of connections is full: the kernel answers no further one. */
export async function openBlackHole(host: string, port: number): Promise<BlackHole> {
  const worker = new Worker(PROGRAM, { eval: true, workerData: { host, port } });
  await new Promise((resolve, reject) => worker.once('message', resolve).once('error', reject));
  const queued: Socket[] = [];
  do queued.push(connect({ host, port }).on('error', () => undefined));
  while (await connects(queued.at(-1) as Socket));
  return {
    address: host,
    async close() {
      for (const socket of queued) socket.destroy();
      await worker.terminate();
    },
  };
}

function connects(socket: Socket): Promise<boolean> {
  return new Promise((resolve) => {
    socket.once('connect', () => {
      resolve(true);
    });
    setTimeout(() => {
      resolve(false);
    }, 100);
  });
}
