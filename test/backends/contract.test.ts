import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { BackendPlugin } from '#src/backends/backend';
import { afterAll, describe, it } from 'vitest';
import httpPlugin from '#src/backends/http';
import nullPlugin from '#src/backends/null';
import onnxPlugin from '#src/backends/onnx';
import simulatedPlugin from '#src/backends/simulated';
import { importPlugin } from '#src/backends/registry';
import { backendContract } from '#src/testing';

const server = createServer((request, response) => {
  request.resume();
  request.on('end', () => response.end('{}'));
});
const url = await new Promise<string>((resolve) => {
  server.listen(0, '127.0.0.1', () => {
    resolve(`http://127.0.0.1:${String((server.address() as AddressInfo).port)}/`);
  });
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const echoPlugin = await importPlugin(new URL('../../docs/examples/echo-backend.js', import.meta.url).href);

describe('the contract', () => {
  const plugins: [plugin: BackendPlugin<never>, options: Record<string, string>][] = [
    [nullPlugin as BackendPlugin<never>, {}],
    [simulatedPlugin as BackendPlugin<never>, { servers: '2', service: '1ms' }],
    [httpPlugin as BackendPlugin<never>, { url }],
    [httpPlugin as BackendPlugin<never>, { url, client: 'undici' }],
    [onnxPlugin as BackendPlugin<never>, { sessions: '1' }],
    [echoPlugin as BackendPlugin<never>, { delay: '2' }],
  ];
  for (const [plugin, options] of plugins) backendContract({ it, plugin: plugin as unknown as BackendPlugin, options });
});
