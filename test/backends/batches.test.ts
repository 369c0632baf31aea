import { createServer } from 'node:http';
import { mkdtempSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { BackendPlugin, RawOptions } from '#src/backends/backend';
import aiPlatform from '#src/backends/ai-platform';
import cloudFunctions from '#src/backends/cloud-functions';
import http from '#src/backends/http';
import lambda from '#src/backends/lambda';
import onnx from '#src/backends/onnx';
import sagemaker from '#src/backends/sagemaker';
import tfServing from '#src/backends/tf-serving';
import { readSampleLog } from '#src/sample-log/sample-log';
import { UserError } from '#src/errors';
import { OUTCOMES } from '#src/sample';
import type { Asked } from '../support/asked.js';
import { CREDENTIALS, type FakeAws, isolateAws, logTail, startFakeAws } from '../support/fake-aws.js';
import { servePredictions } from '../support/fake-vertex.js';
import { batchCall, json, preparedBackend } from '../support/prepared-backend.js';
import { expectConserved, freshFolder, readReport, runCli } from '../support/run-cli.js';
import { doubling, picking, writeModel } from './onnx-tiny-models.js';
import { served } from '../serve/served.js';
import { scoring } from '../serve/tiny-models.js';

const closing: (() => unknown)[] = [];
beforeAll(() => {
  isolateAws();
});
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function opened<O>(plugin: BackendPlugin<O>, raw: RawOptions, bodies: readonly string[]): Promise<Asked> {
  const backend = await preparedBackend(plugin, raw, bodies.map(json), { batchSize: 8 });
  closing.push(() => backend.close?.());
  return backend;
}

/** A service that answers each instance with itself; 13 is left out, and 99 breaks the whole call. */
async function echo(): Promise<FakeAws> {
  const server = await startFakeAws(({ body }) => {
    const { instances } = JSON.parse(body.toString()) as { instances: number[] };
    if (instances.includes(99)) return { status: 503, body: '{}' };
    const predictions = instances.map((one) => (one === 13 ? null : one));
    return { body: JSON.stringify({ predictions }), headers: logTail({ durationMs: 5, billedMs: 5 }) };
  });
  closing.push(() => server.close());
  return server;
}

const BODIES = ['{"instances":[1]}', '{"instances":[13]}', '{"instances":[99]}', '{"instances":[4,5]}'];
const SERVICES: [name: string, plugin: BackendPlugin<never>, options: (url: string) => RawOptions][] = [
  ['http', http as never, (url) => ({ url })],
  ['http by undici', http as never, (url) => ({ url, client: 'undici' })],
  ['lambda', lambda as never, (endpointUrl) => ({ function: 'f', endpointUrl })],
  ['lambda by the SDK', lambda as never, (endpointUrl) => ({ function: 'f', endpointUrl, client: 'sdk' })],
  ['lambda by URL', lambda as never, (url) => ({ url: `${url}/`, auth: 'none' })],
  ['sagemaker', sagemaker as never, (endpointUrl) => ({ endpoint: 'e', endpointUrl })],
  ['sagemaker by the SDK', sagemaker as never, (endpointUrl) => ({ endpoint: 'e', endpointUrl, client: 'sdk' })],
  ['cloud-functions', cloudFunctions as never, (url) => ({ url })],
  ['ai-platform', aiPlatform as never, (url) => ({ url })],
  ['tf-serving', tfServing as never, (url) => ({ url, model: 'm' })],
];

describe.each(SERVICES)('%s', (_name, plugin, options) => {
  it('sends a batch in one request, and splits the answer again', async () => {
    const server = await echo();
    const backend = await opened(plugin, options(server.url), BODIES);
    const send = (...payloads: number[]) => backend.invokeBatch(batchCall(payloads));
    expect(await send(0, 3, 0)).toMatchObject({ ok: true });
    expect(server.seen.at(-1)?.body.toString()).toBe('{"instances":[1,4,5,1]}');
    expect(server.seen.at(-1)?.headers['content-length']).toBe('23');
    const partly = await send(1, 0, 3, 1);
    expect(partly).toMatchObject({ ok: true, lacking: { at: [0, 3] } });
    expect(partly?.lacking?.detail).toMatch(/holds 3 predictions for 5 instances/);
    expect(await send(0, 2)).toMatchObject({ ok: false, failure: 'server-error' });
    expect(await send(0, 3, 0)).not.toHaveProperty('lacking');
    expect(server.seen).toHaveLength(4);
  });
});

it('a signed batch is one that the service accepts, also when it is sent again', async () => {
  const server = await startFakeAws(
    ({ body }) => ({
      body: JSON.stringify({ predictions: (JSON.parse(body.toString()) as { instances: unknown[] }).instances }),
    }),
    () => [CREDENTIALS],
  );
  closing.push(() => server.close());
  const backend = await opened(lambda, { function: 'f', endpointUrl: server.url }, BODIES);
  for (const payloads of [
    [0, 3],
    [0, 3],
    [3, 0, 0],
  ]) {
    const outcome = await backend.invokeBatch(batchCall(payloads));
    expect(outcome).toMatchObject({ ok: true, usage: { requestBytes: server.seen.at(-1)?.body.length } });
  }
});

describe('what does not go in batches', () => {
  const refusal = async (plugin: BackendPlugin<never>, raw: RawOptions, bodies: readonly string[]): Promise<string> => {
    const error: unknown = await opened(plugin, raw, bodies).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(UserError);
    return (error as UserError).message;
  };
  it('is reported before anything is sent', async () => {
    expect(await refusal(http as never, { url: 'http://127.0.0.1:1/' }, ['{"a":1}'])).toMatch(/payload 0/);
    expect(await refusal(lambda as never, { function: 'f' }, [])).toMatch(/--body or --payload/);
    const two = ['{"instances":[1],"signature_name":"a"}', '{"instances":[1],"signature_name":"b"}'];
    expect(await refusal(tfServing as never, { url: 'http://127.0.0.1:1', model: 'm' }, two)).toMatch(/differ/);
    const can = <O>({ batches, parseOptions }: BackendPlugin<O>, raw: RawOptions) => batches?.(parseOptions(raw));
    expect(can(tfServing, { address: 'h:1', model: 'm', transport: 'grpc' })).toBe(true);
    const raw = { endpoint: ENDPOINT, transport: 'grpc', method: 'rawPredict' };
    expect(can(aiPlatform, raw)).toMatch(/transport=rest/);
    const shapes = ['{"instances":[[1,2]]}', '{"instances":[[1,2,3]]}'];
    const tensors = { address: 'h:1', model: 'm', transport: 'grpc', input: 'x' };
    expect(await refusal(tfServing as never, tensors, shapes)).toMatch(/payloads 0 and 1 .* differ/);
    expect(await refusal(tfServing as never, tensors, ['{"inputs":{"x":1}}'])).toMatch(/payload 0 .* first axis/);
    expect(can(cloudFunctions, { url: 'http://127.0.0.1:1/', format: 'raw' })).toMatch(/format=raw/);
  });
});

describe('against our own server', () => {
  it('a batch of rows is answered row by row', async () => {
    const server = await served(scoring());
    closing.push(() => server.stop());
    const rows = ['{"instances":[[1,2,3,4]]}', '{"instances":[[0,0,0,1],[1.5,0,0,0]]}'];
    const backend = await opened(tfServing, { url: server.modelUrl }, rows);
    const outcome = await backend.invokeBatch(batchCall([0, 1, 1]));
    expect(outcome).toMatchObject({ ok: true });
    expect(outcome).not.toHaveProperty('lacking');
  });

  it('and so is a batch of tensors over gRPC; a row of another length fails them all', async () => {
    const server = await served(scoring());
    closing.push(() => server.stop());
    const rows = ['{"instances":[[1,2,3,4]]}', '{"instances":[[0,0,0,1],[1.5,0,0,0]]}'];
    const options = { address: server.grpc ?? '', model: server.name, transport: 'grpc', input: 'x' };
    const backend = await opened(tfServing, options, rows);
    const outcome = await backend.invokeBatch(batchCall([0, 1, 1]));
    expect(outcome).toMatchObject({ ok: true });
    expect(outcome).not.toHaveProperty('lacking');
    const short = await opened(tfServing, options, ['{"instances":[[1,2]]}']);
    expect(await short.invokeBatch(batchCall([0, 0]))).toMatchObject({ ok: false, failure: 'rejected' });
  });
});

const ENDPOINT = 'projects/p/locations/us-central1/endpoints/1';

describe('ai-platform over gRPC', () => {
  it('sends the instances of a batch in one message, and counts the predictions', async () => {
    const value = (numberValue: number): object => ({ numberValue });
    const server = await servePredictions(({ request }, reply) => {
      const { instances } = request as { instances: { numberValue: number }[] };
      const predictions = instances.filter((one) => one.numberValue !== 13);
      if (instances.some((one) => one.numberValue === 99)) reply({ code: 14, details: 'gone' });
      else reply(null, { predictions: instances.length > 4 ? [...predictions, value(0)] : predictions });
    });
    closing.push(() => {
      server.close();
    });
    const at = `http://127.0.0.1:${String(server.port)}`;
    const raw = { endpoint: ENDPOINT, endpointUrl: at, transport: 'grpc', auth: 'none', parameters: '{"top":3}' };
    const backend = await opened(aiPlatform, raw, BODIES);
    const send = (...payloads: number[]) => backend.invokeBatch(batchCall(payloads));
    expect(await send(0, 3, 0)).not.toHaveProperty('lacking');
    const top = { structValue: { fields: { top: value(3) } } };
    const seen = { endpoint: ENDPOINT, instances: [1, 4, 5, 1].map(value), parameters: top };
    expect(server.seen.at(-1)?.request).toMatchObject(seen);
    expect(await send(0, 1)).toMatchObject({ ok: true, lacking: { at: [1] } });
    expect(await send(3, 3, 0)).toMatchObject({ ok: true, lacking: { at: [0, 1, 2] } });
    expect(await send(0, 2)).toMatchObject({ ok: false, failure: 'server-error' });
    expect(server.seen).toHaveLength(4);
  });
});

describe('onnx', () => {
  const folder = mkdtempSync(join(tmpdir(), 'replay-batches-'));

  it('runs the model once over the joined rows, and one bad row fails them all', async () => {
    const model = writeModel(folder, picking());
    const backend = await opened(onnx, { model, sessions: '1', warm: 'false' }, ['[0]', '[1,2,3]', '[9]']);
    const send = (...payloads: number[]) => backend.invokeBatch(batchCall(payloads));
    expect(await send(0, 1, 0)).toMatchObject({ ok: true });
    expect(await send(0, 1, 0)).toMatchObject({ ok: true });
    expect(await send(0, 2)).toMatchObject({ ok: false, failure: 'function-error' });
  });

  it('refuses a model without a free first axis, and payloads of different shapes', async () => {
    const fixed = writeModel(folder, doubling('float32', [1, 2]));
    await expect(opened(onnx, { model: fixed, sessions: '1' }, ['[[1,2]]'])).rejects.toThrow(/no free first axis/);
    const free = writeModel(folder, doubling('int32', ['N', 'S']));
    await expect(opened(onnx, { model: free, sessions: '1' }, ['[[1,2]]', '[[1,2,3]]'])).rejects.toThrow(
      /payloads 0 and 1 give .* different shapes/,
    );
  });
});

it('the command line: a missing prediction fails its own request, a broken call all of its requests', async () => {
  const calls: number[][] = [];
  const server = createServer((request, response) => {
    let text = '';
    request.on('data', (bytes: Buffer) => (text += bytes.toString()));
    request.on('end', () => {
      const { instances } = JSON.parse(text) as { instances: number[] };
      calls.push(instances);
      if (instances.includes(3)) response.statusCode = 500;
      // Drops one.
      response.end(JSON.stringify({ predictions: instances.slice(0, instances.includes(6) ? -1 : undefined) }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => server.close());
  const out = freshFolder();
  const url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/`;
  const trace = join(mkdtempSync(join(tmpdir(), 'replay-batches-')), 'trace.json');
  const payloads = Array.from({ length: 12 }, (_, i) => ({ json: { instances: [i] } }));
  const [atMs, payload] = [payloads.map((_, i) => 10 * i), payloads.map((_, i) => i)];
  writeFileSync(trace, JSON.stringify({ format: 1, name: 'twelve', durationMs: 200, payloads, atMs, payload }));
  const { code, stderr } = await runCli([
    ...[trace, '--backend', 'http', '--url', url, '--batch-size', '4', '--batch-wait', '1s'],
    ...['-w', '2', '--no-html', '--quiet', '-o', out],
  ]);
  expect([0, 96], stderr).toContain(code);
  expect(calls.sort((a, b) => (a[0] ?? 0) - (b[0] ?? 0))).toEqual([
    [0, 1, 2, 3],
    [4, 5, 6, 7],
    [8, 9, 10, 11],
  ]);
  const report = readReport(out);
  expectConserved(report);
  expect(report.sections.outcomes).toMatchObject({ ok: 7, failures: { 'server-error': 4, 'bad-answer': 1 } });
  for await (const { rows, seq, outcome, invocation } of readSampleLog(join(out, 'samples.arrows')))
    for (let i = 0; i < rows; i++) {
      const request = seq[i] as number;
      expect(invocation?.[i]).toBe(4 * Math.floor(request / 4));
      expect(OUTCOMES[outcome[i] as number]).toBe(request < 4 ? 'server-error' : request === 7 ? 'bad-answer' : 'ok');
    }
});
