import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { freshFolder, readRecord, readReport, runCli } from '../support/run-cli.js';

let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

const BODY = '{"predictions":[1],"model":"m"}';

/** A service that notes where it was asked, and with which number in a header. */
async function notingService(): Promise<{ readonly url: string; readonly asked: [string, string][] }> {
  const asked: [string, string][] = [];
  server = createServer(({ url = '', headers }, response) => {
    asked.push([url, String(headers['x-seq'])]);
    response.end(BODY);
  });
  await new Promise<void>((resolve) => {
    server?.listen(0, '127.0.0.1', resolve);
  });
  return { url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`, asked };
}

async function run(url: string, ...more: string[]) {
  const out = freshFolder();
  const args = ['--rate', '200/s', '--requests', '20', '--process', 'constant', '--backend', 'http', '--url', url];
  const { stdout, stderr } = await runCli([...args, '--pacing', 'economic', '--quiet', '-o', out, ...more]);
  return { stdout, stderr, report: readReport(out), record: readRecord(out) };
}

describe.each(['lean', 'undici'])('with client=%s', (client) => {
  it('{seq} and {run} are filled in in path, query and headers alike', async () => {
    const { url, asked } = await notingService();
    const more = ['--set', `client=${client}`, '-H', 'x-seq: {seq}'];
    const { record, report } = await run(`${url}/v1/{run}/m{seq}/x?n={seq}&r={run}&{{other}}`, ...more);
    expect(report.sections.outcomes.ok).toBe(20);
    const expected = Array.from({ length: 20 }, (_, i) => [
      `/v1/${record.id}/m${String(i)}/x?n=${String(i)}&r=${record.id}&{other}`,
      String(i),
    ]);
    expect([...asked].sort(([, a], [, b]) => Number(a) - Number(b))).toEqual(expected);
  });

  it('connection wait is reported where it can be, and named where not', async () => {
    const { url } = await notingService();
    const { report, stdout, record } = await run(url, '--set', `client=${client}`);
    const isKnown = client === 'lean';
    expect([record.plan.knowsSent, report.sections.health.connectionWait.maxMs !== null]).toEqual([isKnown, isKnown]);
    expect(/connection\s+wait is not known/.test(stdout)).toBe(!isKnown);
  });
});

it('rules of --expect hold together', async () => {
  const { url } = await notingService();
  const okWith = async (...rules: string[]): Promise<number> =>
    (await run(url, ...rules.flatMap((rule) => ['--expect', rule]))).report.sections.outcomes.ok;
  expect(await okWith('body~predictions', 'body~"m"')).toBe(20);
  expect(await okWith('body~absent', 'body~predictions')).toBe(0);
  expect(await okWith('status:200-299', 'status:200', 'body~predictions')).toBe(20);
  const twoRanges = `--rate 1/s -n 1 --backend http --url ${url} --expect status:200 --expect status:201`;
  const { stderr } = await runCli(twoRanges.split(' '));
  expect(stderr).toMatch(/^replay: expect: no status is within all/);
});

it.each([
  ['url', 'ftp://host/?key=planted'],
  ['url', 'planted:planted@host'],
  ['idle', 'https://planted'],
])('an error of the option %s does not show what may be a secret', async (name, value) => {
  const { code, stderr } = await runCli(['--rate', '1/s', '-n', '1', '--backend', 'http', '--set', `${name}=${value}`]);
  expect(code).toBe(2);
  expect(stderr).toContain(`--set ${name}=(not shown)`);
  expect(stderr).not.toContain('planted');
});
