import { afterAll, describe, it } from 'vitest';
import type { BackendPlugin } from '#src/backends/backend';
import httpPlugin from '#src/backends/http';
import { backendContract } from '#src/testing';
import { goneServiceUrl, openLoopbackService } from '../support/loopback-service.js';

const service = await openLoopbackService();
const goneUrl = await goneServiceUrl();
afterAll(() => {
  service.close();
});

describe('the contract, with the undici client', () => {
  backendContract({
    it,
    plugin: httpPlugin as unknown as BackendPlugin,
    options: { url: service.url, client: 'undici' },
    failing: { url: goneUrl, client: 'undici' },
  });
});
