import { afterAll, beforeAll, expect, it } from 'vitest';
import { served, type Served } from '../serve/served.js';
import { scoring } from '../serve/tiny-models.js';
import { freshFolder, readRecord, readReport, runCli } from '../support/run-cli.js';

let server: Served;
beforeAll(async () => {
  server = await served(scoring());
});
afterAll(() => server.stop());

it.each([
  ['rest', () => ({ url: server.url })],
  ['grpc', () => ({ address: server.grpc })],
])('end to end over %s: all that was planned is ok', async (transport, where) => {
  const out = freshFolder();
  const set = Object.entries({ ...where(), model: 'scoring' }).flatMap(([key, value]) => ['--set', `${key}=${value}`]);
  const args = ['--rate', '50/s', '--duration', '1s', '--backend', 'tf-serving', '--quiet', '--out', out];
  const { code, stderr } = await runCli([...args, ...set]);
  const { outcomes } = readReport(out).sections;
  expect(outcomes.ok).toBe(outcomes.planned);
  expect(outcomes.planned).toBeGreaterThan(30);
  // A machine that is busy with other tests may make it late.
  expect([0, 96]).toContain(code);
  expect(stderr).not.toMatch(/bug/);
  const record = readRecord(out);
  expect(record.plan.knowsSent).toBe(transport === 'rest');
  expect(record.options).toMatchObject({ model: 'scoring' });
});
