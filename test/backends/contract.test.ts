import { afterAll, describe, it } from 'vitest';
import type { BackendPlugin, RawOptions } from '#src/backends/backend';
import httpPlugin from '#src/backends/http';
import nullPlugin from '#src/backends/null';
import onnxPlugin from '#src/backends/onnx';
import { importPlugin } from '#src/backends/registry';
import simulatedPlugin from '#src/backends/simulated';
import { backendContract } from '#src/testing';
import type { Payload } from '#src/trace';
import { goneServiceUrl, openLoopbackService } from '../support/loopback-service.js';
import { json } from '../support/prepared-backend.js';

const service = await openLoopbackService();
const goneUrl = await goneServiceUrl();
afterAll(() => {
  service.close();
});
const ROW = json('{"instances":[1]}');
/** As a user's backend is loaded: by its place. */
const echoPlugin = await importPlugin(new URL('../../docs/examples/echo-backend.js', import.meta.url).href);

/** One subject of the suite; `failing` name a service that fails. */
function keeps<Options>(
  plugin: BackendPlugin<Options>,
  options: RawOptions,
  failing?: RawOptions,
  payloads: readonly Payload[] = [],
): void {
  const subject = { it, plugin: plugin as unknown as BackendPlugin, options, payloads };
  backendContract(failing === undefined ? subject : { ...subject, failing });
}

// The other HTTP client has a file of its own, contract-undici.test.ts: each opening of a client warms it.
describe('the contract', () => {
  keeps(nullPlugin, {}, undefined, [ROW]);
  keeps(simulatedPlugin, { servers: '2', service: '1ms' }, { service: '1ms', 'failure-ratio': '1' }, [ROW]);
  keeps(httpPlugin, { url: service.url }, { url: goneUrl }, [ROW]);
  keeps(onnxPlugin, { sessions: '1' });
  keeps(echoPlugin, { delay: '2' });
});
