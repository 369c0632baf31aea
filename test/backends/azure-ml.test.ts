import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { isUserError } from '#src/errors';
import { backendContract } from '#src/testing';
import { expectNoSecret } from '../support/expect-no-secret.js';
import { batchCall, call, json, preparedBackend } from '../support/prepared-backend.js';
import { registeredPlugin } from '../support/registered-plugin.js';
import { runCli } from '../support/run-cli.js';

const KEY = 'planted-key-0123456789';
const PAYLOAD = json('{"instances":[[0.5]]}');
const plugin = await registeredPlugin('azure-ml');

/** What the endpoint answers next. */
let status = 200;
let headers: Readonly<Record<string, string>> = {};
const seen: { readonly headers: IncomingHttpHeaders; readonly body: string }[] = [];

/** An endpoint as its documentation describes it: a bearer, a deployment by header, and statuses of its own. */
const endpoint = createServer((request, response) => {
  let body = '';
  request.on('data', (bytes: Buffer) => (body += bytes.toString()));
  request.on('end', () => {
    seen.push({ headers: request.headers, body });
    const allowed = request.headers.authorization === `Bearer ${KEY}`;
    response.writeHead(allowed ? status : 401, { 'content-type': 'application/json', ...headers });
    const { instances = [] } = JSON.parse(body || '{}') as { readonly instances?: readonly unknown[] };
    response.end(JSON.stringify({ predictions: instances.map(() => [1]) }));
  });
});
await new Promise<void>((resolve) => endpoint.listen(0, '127.0.0.1', resolve));
const url = `http://127.0.0.1:${String((endpoint.address() as AddressInfo).port)}/score`;

beforeEach(() => {
  [status, headers] = [200, {}];
  seen.length = 0;
});
afterAll(() => {
  endpoint.closeAllConnections();
  endpoint.close();
});

describe('the contract', () => {
  const options = { url, key: KEY };
  const failing = { url, key: 'another' };
  backendContract({ it, plugin, options, failing, payloads: [PAYLOAD], batchPayloads: [PAYLOAD] });
});

describe('a call', () => {
  it.each(['key', 'token'])('carries the %s as a bearer, and the deployment', async (kind) => {
    const backend = await preparedBackend(plugin, { url, [kind]: KEY, deployment: 'blue' }, [PAYLOAD]);
    expect(await backend.invoke(call())).toMatchObject({ ok: true });
    expect(seen.at(-1)?.headers).toMatchObject({
      authorization: `Bearer ${KEY}`,
      'azureml-model-deployment': 'blue',
      'content-type': 'application/json',
    });
    expect(seen.at(-1)?.body).toBe('{"instances":[[0.5]]}');
    await backend.close?.();
  });

  it('of several requests is one, whose answer is split', async () => {
    const backend = await preparedBackend(plugin, { url, key: KEY }, [PAYLOAD], { batchSize: 2 });
    expect(await backend.invokeBatch(batchCall([0, 0]))).toMatchObject({ ok: true });
    expect(seen.at(-1)?.body).toBe('{"instances":[[0.5],[0.5]]}');
    await backend.close?.();
  });

  it.each([
    [
      424,
      { 'ms-azureml-model-error-statuscode': '500', 'ms-azureml-model-error-reason': 'model_error' },
      'function-error',
      /^status 424, the model answered 500: model_error/,
    ],
    [408, {}, 'server-error', /longer than request_timeout_ms/],
    [429, {}, 'throttled', /^status 429/],
    [403, {}, 'unauthorized', /^status 403/],
    [503, {}, 'server-error', /^status 503/],
    [404, {}, 'rejected', /^status 404/],
  ])('that is answered %i means what the documentation says', async (answered, added, failure, detail) => {
    [status, headers] = [answered, added];
    const backend = await preparedBackend(plugin, { url, key: KEY }, [PAYLOAD]);
    const outcome = await backend.invoke(call());
    expect(outcome).toMatchObject({ ok: false, failure });
    expect(outcome.ok ? '' : outcome.detail).toMatch(detail);
    await backend.close?.();
  });
});

describe('options', () => {
  it.each([
    [{}, /give the scoring URI/],
    [{ url: 'https://e.eastus.inference.ml.azure.com/score', key: 'a', token: 'b' }, /a key or a token, not both/],
    [{ url: 'http://e.example/score', key: KEY }, /a key is sent over https only/],
    [{ url: 'https://user:planted@e.example/score' }, /the URL has a user/],
    [{ url, key: 'two words' }, /plain characters/],
    [{ url, deployment: 'a\r\nb' }, /give a name/],
  ])('%j are refused without telling a secret', (options, message) => {
    try {
      plugin.parseOptions(options);
      expect.unreachable();
    } catch (thrown) {
      expect(isUserError(thrown)).toBe(true);
      expect(String(thrown)).toMatch(message);
      expect(String(thrown)).not.toContain('planted');
    }
  });

  it('name the row and the region of the bill', () => {
    const options = plugin.parseOptions({
      url: 'https://mobilenet.westeurope.inference.ml.azure.com/score',
      instanceType: 'Standard_DS3_v2',
    });
    expect(plugin.billing?.(options)).toMatchObject({
      model: 'hourly',
      machine: 'azure:Standard_DS3_v2',
      region: 'westeurope',
    });
  });
});

describe('a run', () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'replay-azure-'));
    const row = { id: 'azure:Standard_DS3_v2', unit: 'hour', price: 36, region: 'x', source: 'test', date: '2026-11' };
    writeFileSync(join(folder, 'prices.json'), JSON.stringify({ name: 'mine', base: '2026-11', rows: [row] }));
  });
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  it('is billed by the hours of its instances, and holds no secret', async () => {
    const out = join(folder, 'run');
    const set = [`url=${url}`, 'instanceType=Standard_DS3_v2', 'instances=2'].flatMap((text) => ['--set', text]);
    const load = ['run', '--rate', '20/s', '--duration', '1s', '--body', '{"instances":[[1]]}', '--quiet'];
    const { stdout, stderr } = await runCli(
      [...load, '--backend', 'azure-ml', ...set, '--prices', join(folder, 'prices.json'), '--out', out],
      { REPLAY_AZURE_ML_KEY: KEY },
    );
    const report = JSON.parse(readFileSync(join(out, 'report.json'), 'utf8')) as {
      readonly run: { readonly endedMs: number };
      readonly sections: {
        readonly outcomes: { readonly failures: object };
        readonly cost: { readonly total: number };
      };
    };
    expect(report.sections.outcomes.failures).toEqual({});
    // 2 instances at 36 an hour, a cent a second each, from the first request to the last answer.
    expect(report.sections.cost.total).toBeGreaterThan(2 * 0.01 * 0.5);
    expect(report.sections.cost.total).toBeLessThan(2 * 0.01 * (report.run.endedMs / 1000 + 1));
    expectNoSecret(out, stdout, stderr);
  });

  it('is estimated from what the plugin says of its bill', async () => {
    const load = ['estimate', '--rate', '1/s', '--duration', '100s', '--backend', 'azure-ml'];
    const prices = ['--prices', join(folder, 'prices.json'), '--json'];
    const { stdout } = await runCli([...load, '--instance', 'Standard_DS3_v2', '--instances', '3', ...prices]);
    expect((JSON.parse(stdout) as { cost: { total: number } }).cost.total).toBeCloseTo(3 * 0.01 * 100, 1);
    expect(await runCli([...load, ...prices])).toMatchObject({ code: 2, stderr: /add --instance TYPE/ });
  });
});
