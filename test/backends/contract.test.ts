import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BackendPlugin } from '#src/backends/backend';
import httpPlugin from '#src/backends/http';
import nullPlugin from '#src/backends/null';
import onnxPlugin from '#src/backends/onnx';
import { importPlugin } from '#src/backends/registry';
import simulatedPlugin from '#src/backends/simulated';
import { backendContract, type ContractSubject } from '#src/testing';
import { afterAll, describe, it } from 'vitest';
import { doubling, writeModel } from './onnx-tiny-models.js';
import { answer, serve } from './shared/loopback-server.js';

const server = await serve((socket) => socket.write(answer('{}')));
const folder = mkdtempSync(join(tmpdir(), 'replay-contract-'));
const url = server.url.href;
/** Port 9 (discard) of the loopback: nobody listens. */
const nobody = 'http://127.0.0.1:9/';

afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true });
});

function contract<Options>(plugin: BackendPlugin<Options>, rest: Omit<ContractSubject, 'it' | 'plugin'>): void {
  backendContract({ it, plugin, ...rest });
}

const bytes = { kind: 'bytes', contentType: 'text/plain', bytes: new TextEncoder().encode('x') } as const;

describe('null', () => {
  contract(nullPlugin, { options: {} });
});

describe('simulated', () => {
  contract(simulatedPlugin, { options: { servers: '4', service: '1ms' }, failing: { 'failure-ratio': '1', service: '1ms' } });
});

describe('http', () => {
  contract(httpPlugin, { options: { url }, failing: { url: nobody }, payloads: [bytes] });
});

describe('http with few connections', () => {
  contract(httpPlugin, { options: { url, connections: '2' } });
});

describe('http by undici', () => {
  contract(httpPlugin, { options: { url, client: 'undici' }, failing: { url: nobody, client: 'undici' }, trace: { payloads: [bytes] } });
});

describe('onnx', () => {
  contract(onnxPlugin, { options: { model: writeModel(folder, doubling('float32', ['N', 4])), sessions: '1' } });
});

describe('a plugin from outside', async () => {
  const plugin = await importPlugin(new URL('../../docs/examples/echo-backend.js', import.meta.url).href);
  contract(plugin, { options: { delay: '2' }, failing: { fail: 'true', delay: '2' } });
});
