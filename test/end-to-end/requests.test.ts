import { mkdtempSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { freshFolder, readRecord, readReport, runCli } from '../support/run-cli.js';

interface Asked {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: string;
}

let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

/** A service that notes what it was asked, and answers as `answer` says. */
async function notingService(
  answer: (asked: Asked) => { readonly body: Buffer | string; readonly encoding?: string } = () => ({ body: 'ok' }),
): Promise<{ readonly url: string; readonly asked: Asked[] }> {
  const asked: Asked[] = [];
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method = '', url = '', headers } = request;
      const one = { method, url, headers: headers as Asked['headers'], body: Buffer.concat(chunks).toString('latin1') };
      asked.push(one);
      const { body, encoding } = answer(one);
      if (encoding !== undefined) response.setHeader('content-encoding', encoding);
      response.end(body);
    });
  });
  await new Promise<void>((resolve) => {
    server?.listen(0, '127.0.0.1', resolve);
  });
  return { url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`, asked };
}

async function run(url: string, ...more: string[]) {
  const out = freshFolder();
  const rate =
    more[0]?.startsWith('/') === true ? [] : ['--rate', '200/s', '--requests', '12', '--process', 'constant'];
  const args = [
    ...rate,
    '--backend',
    'http',
    '--url',
    url,
    '--pacing',
    'economic',
    '--workers',
    '1',
    '--quiet',
    '--no-html',
  ];
  const { code, stderr, stdout } = await runCli([...args, '-o', out, ...more]);
  return { code, stderr, stdout, out };
}

describe.each(['lean', 'undici'])('with client=%s', (client) => {
  const set = ['--set', `client=${client}`];

  it('placeholders of a body are filled in, and it stays JSON', async () => {
    const { url, asked } = await notingService();
    const body = '{"id":{seq},"key":"{uuid}","of":"{run}","text":"é {{seq}} {other}","nested":{"n":{seq}}}';
    const { out } = await run(url, ...set, '-b', body, '-H', 'idempotency-key: {uuid}');
    expect(readReport(out).sections.outcomes.ok).toBe(12);
    const bodies = asked.map(
      ({ body: text }) => JSON.parse(Buffer.from(text, 'latin1').toString()) as Record<string, unknown>,
    );
    expect(bodies.map(({ id }) => id).sort((a, b) => Number(a) - Number(b))).toEqual(
      Array.from({ length: 12 }, (_, i) => i),
    );
    expect(new Set(bodies.map(({ key }) => key)).size).toBe(12);
    asked.forEach(({ headers }, i) => {
      expect(headers['idempotency-key']).toBe(bodies[i]?.['key']);
      expect(headers['content-type']).toBe('application/json');
      expect(bodies[i]).toMatchObject({
        of: readRecord(out).id,
        text: 'é {seq} {other}',
        nested: { n: bodies[i]?.['id'] },
      });
    });
    expect(readRecord(out).notes.join()).toContain('Filled in for each request, in bodies: {seq}, {run}, {uuid}.');
  });

  it('a mix of requests is sent as each of them says', async () => {
    const { url, asked } = await notingService(({ method }) => ({ body: method === 'HEAD' ? '' : 'ok' }));
    const folder = mkdtempSync(join(tmpdir(), 'replay-requests-'));
    const trace = join(folder, 'mix.json');
    const payloads = [
      { method: 'GET', path: '/items?page=1', headers: { 'X-Kind': 'list', accept: 'text/plain' } },
      {
        method: 'PUT',
        path: 'items/{seq}',
        template: true,
        headers: { 'x-key': ['{uuid}', 'b'] },
        json: { n: '{seq}' },
      },
      { method: 'HEAD', path: '/' },
      { text: '{seq}' },
      { method: 'DELETE', path: '/items/{seq}' },
    ];
    writeFileSync(
      trace,
      JSON.stringify({
        format: 1,
        name: 'mix',
        durationMs: 60,
        atMs: [0, 10, 20, 30, 40, 50],
        payload: [0, 1, 2, 3, 4, 1],
        payloads,
      }),
    );
    const { out } = await run(`${url}/base/x`, trace, ...set, '-H', 'x-kind: all', '--connections', '1');
    expect(readReport(out).sections.outcomes.ok).toBe(6);
    expect(asked.map(({ method, url: path, body }) => [method, path, body])).toEqual([
      ['GET', '/items?page=1', ''],
      ['PUT', '/base/items/1', '{"n":"1"}'],
      ['HEAD', '/', ''],
      ['POST', '/base/x', '{seq}'],
      ['DELETE', '/items/%7Bseq%7D', ''],
      ['PUT', '/base/items/5', '{"n":"5"}'],
    ]);
    expect(asked.map(({ headers }) => headers['x-kind'])).toEqual(['list', 'all', 'all', 'all', 'all', 'all']);
    expect(asked[0]?.headers['accept']).toBe('text/plain');
    expect(asked[0]?.headers['content-length']).toBeUndefined();
    expect(asked[1]?.headers['x-key']).toMatch(/^[0-9a-f-]{36}, b$/);
    expect(readRecord(out).notes.join()).toContain('Payload 3 holds the text {seq}, which is sent as it is');
  });

  it.each([
    ['gzip', gzipSync],
    ['br', brotliCompressSync],
  ])('a rule reads what %s did to the body', async (encoding, encode) => {
    const { url } = await notingService(() => ({ body: encode('{"status":"ok"}'), encoding }));
    const rules = [
      '--expect',
      'body~"ok"',
      '--expect',
      'json:.status=ok',
      '--expect',
      'body!~error',
      '--expect',
      '200',
    ];
    const good = await run(url, ...set, '-H', `Accept-Encoding: ${encoding}`, ...rules);
    expect(readReport(good.out).sections.outcomes.ok).toBe(12);
    const bad = await run(url, ...set, '--expect', 'json:.status=done');
    expect(readReport(bad.out).sections.outcomes.ok).toBe(0);
    expect(JSON.stringify(readReport(bad.out).sections.outcomes)).toContain(
      'the body breaks json:.status=done: there is',
    );
  });
});

it.each([
  [['-H', 'x: {foo}'], /^replay: .*header x: \{foo\} is not a placeholder; give one of \{seq\}, \{run\}, \{uuid\}/],
  [['--set', 'url=http://127.0.0.1:1/{foo}'], /\{foo\} is not a placeholder; give one of \{seq\}, \{run\}, \{uuid\}/],
  [['--set', 'url=http://{seq}.localhost/'], /in the path and the query, not in the host/],
  [['-b', '{"id":{foo}}'], /^replay: --body: \{foo\} is not a placeholder; give one of \{seq\}, \{run\}, \{uuid\}/],
  [['-b', '{"id":{uuid}}'], /^replay: --body: \{uuid\} is no number; put it in double quotes/],
  [['-b', '1', '--targets', 'x'], /^replay: --body, --payload and --targets are ways to say the same; give one/],
  [['--expect', 'ok'], /^replay: expect ok is no rule; give one of 200, status=200, /],
])('%j is an error of one line', async (args, message) => {
  const url = args.some((text) => text.startsWith('url=')) ? [] : ['--url', 'http://127.0.0.1:1/'];
  const { code, stderr } = await runCli(['--rate', '1/s', '-n', '1', '--backend', 'http', ...url, ...args]);
  expect(code).toBe(2);
  expect(stderr).toMatch(message);
  expect(stderr.trim()).not.toContain('\n');
});

it.each(['{"a":{"seq":1}}', '{ "t": "a {foo} {} {{x}} {{ name }}" }'])(
  'the body %s is sent byte for byte',
  async (body) => {
    const { url, asked } = await notingService();
    await run(url, '-b', body);
    expect(new Set(asked.map((one) => one.body))).toEqual(new Set([body]));
  },
);

const VEGETA_JSON = [
  '{"method":"POST","url":"http://other:1/a?b=c","body":"eyJhIjoxfQ==","header":{"Content-Type":["application/json"],"X-A":["1","2"]}}',
  '{"method":"GET","url":"http://other:1/b"}',
].join('\n');
const VEGETA_HTTP = `# two targets
POST http://other:1/a?b=c
Content-Type: application/json
X-A: 1
X-A: 2
@body.json

GET http://other:1/b
`;
const OWN_LINES = [
  '{"method":"POST","path":"/a?b=c","headers":{"content-type":"application/json","x-a":["1","2"]},"json":{"a":1}}',
  '',
  '{"path":"/b"}',
].join('\n');

it.each([
  ['vegeta, JSON', VEGETA_JSON],
  ['vegeta, HTTP', VEGETA_HTTP],
  ['payload entries', OWN_LINES],
])('targets: %s', async (_what, text) => {
  const { url, asked } = await notingService();
  const folder = mkdtempSync(join(tmpdir(), 'replay-requests-'));
  writeFileSync(join(folder, 'body.json'), '{"a":1}');
  writeFileSync(join(folder, 'targets'), text);
  const { out } = await run(url, '--targets', join(folder, 'targets'), '-c', '1');
  expect(readReport(out).sections.outcomes.ok).toBe(12);
  expect(asked.slice(0, 3).map(({ method, url: path, body }) => [method, path, body])).toEqual([
    ['POST', '/a?b=c', '{"a":1}'],
    ['GET', '/b', ''],
    ['POST', '/a?b=c', '{"a":1}'],
  ]);
  expect([asked[0]?.headers['x-a'], asked[0]?.headers['content-type']]).toEqual(['1, 2', 'application/json']);
});

it('a backend that sends payloads as they are refuses a mix and placeholders before the run', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'replay-requests-'));
  writeFileSync(join(folder, 'targets'), OWN_LINES);
  const base = ['--rate', '1/s', '-n', '1', '--backend', 'tf-serving', '--url', 'http://127.0.0.1:1', '--model', 'm'];
  const mix = await runCli([...base, '--targets', join(folder, 'targets')]);
  expect([mix.code, mix.stderr]).toEqual([
    2,
    expect.stringMatching(
      /^replay: backend tf-serving: payload 0 has a method, path or headers of its own, which only backend http sends\n$/,
    ),
  ]);
  const filled = await runCli([...base, '-b', '{"instances":[{seq}]}']);
  expect(filled.code).toBe(2);
  expect(filled.stderr).toMatch(/payload 0 has placeholders, which only backend http fills in/);
});

it('a header of a target that the service echoes is in no file of the run', async () => {
  const { url } = await notingService(({ headers }) => ({ body: `no: ${String(headers['authorization'])}` }));
  const folder = mkdtempSync(join(tmpdir(), 'replay-requests-'));
  writeFileSync(join(folder, 'targets'), '{"path":"/","headers":{"authorization":"Bearer planted-one"}}');
  const { stdout, stderr, out } = await run(
    url,
    '--targets',
    join(folder, 'targets'),
    '--expect',
    'status:400-499',
    '--expect',
    'body~x',
  );
  expect(`${stdout}${stderr}${JSON.stringify(readReport(out))}`).not.toContain('planted-one');
});
