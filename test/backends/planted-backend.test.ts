import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { ROOT, runCli } from '../support/run-cli.js';

const KIT = pathToFileURL(join(ROOT, 'dist/backends/')).href;

/** A backend over HTTP with a signature and a bill of its own: everything that replay has to know of it is in one file. */
const SOURCE = `
import { createHmac } from 'node:crypto';
import { answerJudge } from '${KIT}wire/answer-judge.js';
import { requestBytes } from '${KIT}wire/request-bytes.js';
import { bodyRequest, tableRequests } from '${KIT}wire/requests.js';
import { leanClient, REHEARSED_BODY, restBackend } from '${KIT}wire/rest-client.js';
import { expectOf } from '${KIT}wire/usual-options.js';

const signed = (secret, { bytes }) => [['x-signature', createHmac('sha256', secret).update(bytes).digest('hex')]];
const service = ({ url, secret, expect }, bodies) => ({
  url: new URL(url),
  connections: null,
  method: 'POST',
  expect,
  outcomeOf: answerJudge(expect),
  connect: (connecting) => {
    const table = bodies.map((body) => bodyRequest(new URL(url), 'POST', body, signed(secret, body)));
    const requests = tableRequests({ table }, requestBytes, (made) => made(0).length);
    return leanClient({ ...connecting, url: new URL(url) }, requests);
  },
  rehearsed: ({ href }) => service({ url: href, secret, expect }, [REHEARSED_BODY]),
});

export default {
  name: 'planted',
  summary: 'signs by HMAC, billed by the hour',
  waits: 'on-the-world',
  knowsSent: true,
  publicOptions: [],
  parseOptions: ({ url, secret, expect = [] }) => ({ url, secret, expect: expectOf(expect) }),
  billing: () => ({ model: 'hourly', machine: 'planted:large' }),
  estimates: [{ name: 'planted', model: 'hourly', machinePrefix: 'planted', machine: 'large' }],
  async create(options, context) {
    const backend = await restBackend(service(options, context.payloads), context);
    return { ...backend, probe: async () => [{ kind: 'instances', count: 1 }] };
  },
};
`;

const folder = mkdtempSync(join(tmpdir(), 'replay-planted-'));
const server = createServer((request, response) => {
  request.resume();
  const signature = String(request.headers['x-signature'] ?? '');
  response.writeHead(/^[0-9a-f]{64}$/.test(signature) ? 200 : 401).end('{}');
});
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
afterAll(() => {
  server.close();
  rmSync(folder, { recursive: true });
});

describe('a new backend over HTTP is one file', () => {
  const path = join(folder, 'planted.mjs');
  const prices = join(folder, 'prices.json');
  writeFileSync(path, SOURCE);
  const row = { id: 'planted:large', unit: 'hour', price: 36, region: 'x', source: 'test', date: '2026-11' };
  writeFileSync(prices, JSON.stringify({ name: 'mine', rows: [row] }));

  it('runs, signs and is billed', async () => {
    const out = join(folder, 'run');
    const url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/`;
    const load = ['run', '--rate', '20/s', '--duration', '1s', '--body', '{}', '--quiet', '--out', out];
    const backend = ['--backend', path, '--set', `url=${url}`, '--set', 'secret=s', '--prices', prices];
    // Whether a busy machine kept to the schedule is not asked.
    const { stderr } = await runCli([...load, ...backend]);
    expect(stderr).not.toMatch(/error/i);
    const { sections } = JSON.parse(readFileSync(join(out, 'report.json'), 'utf8')) as {
      readonly sections: {
        readonly outcomes: { readonly failures: object };
        readonly cost: { readonly total: number };
      };
    };
    expect(sections.outcomes.failures).toEqual({});
    expect(sections.cost.total).toBeGreaterThan(0.005);
  });

  it('is estimated', async () => {
    const load = ['estimate', '--rate', '1/s', '--duration', '100s', '--backend', path, '--prices', prices, '--json'];
    const { stdout } = await runCli(load);
    expect((JSON.parse(stdout) as { cost: { total: number } }).cost.total).toBeCloseTo(1, 1);
  });
});
