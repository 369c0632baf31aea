import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { RUN_CONFIG_PLACES } from '#src/commands/run-config-places';
import { RUN_FLAGS } from '#src/commands/run-flags';
import { type Finished, readRecord, runCli } from '../support/run-cli.js';

const root = mkdtempSync(join(tmpdir(), 'replay-keys-'));
const at = (name: string): string => join(root, name);
afterAll(() => {
  rmSync(root, { recursive: true });
});

let files = 0;

/** `compare --run` of two simulated systems, with more keys for all and for the first. */
function compareRun(out: string, forAll = '', ofFirst = ''): Promise<Finished> {
  const file = at(`${String(files++)}.yaml`);
  writeFileSync(file, `
rate: 40/s
duration: 5s
time: virtual
html: false
repeat: 2
out: ${at(out)}
${forAll}
systems:
  - { name: a, backend: simulated, set: { servers: 1, service: 24ms, law: exponential } ${ofFirst} }
  - { name: b, backend: simulated }
`); // prettier-ignore
  return runCli(['compare', '--run', file, '-q']);
}

test('every flag of run has a place, and what has none is refused with a reason, before anything is made', async () => {
  expect(Object.keys(RUN_CONFIG_PLACES).sort()).toEqual(Object.keys(RUN_FLAGS).sort());
  for (const [name, place] of Object.entries(RUN_CONFIG_PLACES)) {
    if (typeof place === 'string') continue;
    for (const [forAll, ofFirst] of [
      [`${name}: 1`, ''],
      ['', `, ${name}: 1`],
    ] as const) {
      const { code, stderr } = await compareRun(`refused-${name}`, forAll, ofFirst);
      expect([code, stderr]).toEqual([
        2,
        expect.stringContaining(`has the key ${name}, which is refused: ${place.refused}`),
      ]);
    }
    expect(existsSync(at(`refused-${name}`))).toBe(false);
  }
});

test('what is the same for all is refused in one system', async () => {
  for (const [name, place] of Object.entries(RUN_CONFIG_PLACES)) {
    if (place !== 'for all') continue;
    const { code, stderr } = await compareRun(`one-${name}`, '', `, ${name}: 1`);
    expect([code, stderr]).toEqual([2, expect.stringContaining(`the key ${name}; it is the same for all systems`)]);
  }
});

describe('is honoured', () => {
  test('threshold, for all and for one system: exit 99, and which', async () => {
    const { code, stderr } = await compareRun(
      't',
      'threshold: ["response.mean<5s"]',
      ', threshold: ["all.p(99)<30ms"]',
    );
    expect(code, stderr).toBe(99);
    expect(stderr).toMatch(/replay: a, run 1 of 2 failed the threshold all\.p\(99\)<30ms: .* is not below 30ms/);
    expect(stderr).not.toMatch(/b, run . of 2 failed/);
    expect(readRecord(at('t/a/1')).thresholds).toEqual(['response.mean<5s', 'all.p(99)<30ms']);
    expect(readRecord(at('t/b/1')).thresholds).toEqual(['response.mean<5s']);
  });

  test('abort-on-fail and abort-after', async () => {
    const keys = 'threshold: ["all.p(99)<1ms"]\nabort-on-fail: true\nabort-after: 1s';
    const { code } = await compareRun('abort', keys);
    expect(code).toBe(99);
    expect(readRecord(at('abort/a/1')).end?.failedThreshold?.atMs).toBeLessThan(2000);
  });

  test('junit and summary, of all runs', async () => {
    const keys = `threshold: ["all.p(99)<30ms"]\njunit: ${at('junit.xml')}\nsummary: ${at('summary.md')}`;
    expect((await compareRun('files', keys)).code).toBe(99);
    const junit = readFileSync(at('junit.xml'), 'utf8');
    expect(junit.match(/<testsuite /g)).toHaveLength(4);
    expect(junit).toMatch(/<testsuites name="replay" tests="8" failures="2"/);
    expect(readFileSync(at('summary.md'), 'utf8')).toMatch(/\| a, run 1 of 2 \| VALID \| \*\*failed\*\*/);
  });

  test('dry-run sends nothing of the load', async () => {
    const { code, stdout } = await compareRun('dry', 'dry-run: true');
    expect([code, existsSync(at('dry'))]).toEqual([0, false]);
    expect(stdout).toMatch(/^a:\n[^]*^b:\n/m);
  });

  test('collect is refused where there is no cloud, before anything is made', async () => {
    const { code, stderr } = await compareRun('collect', 'collect: cloud');
    expect([code, stderr, existsSync(at('collect'))]).toEqual([2, expect.stringContaining('--collect cloud'), false]);
  });

  test('metrics-port is refused in virtual time, as in a run, and served in real time', async () => {
    const { code, stderr } = await compareRun('metrics', 'metrics-port: 0');
    expect([code, stderr, existsSync(at('metrics'))]).toEqual([2, expect.stringContaining('--metrics-port'), false]);
    const file = at('served.yaml');
    writeFileSync(file, `{rate: 100/s, requests: 150, html: false, pacing: economic, max-lateness: 10s, repeat: 1, out: ${at('served')}, metrics-port: 0, systems: [{backend: "null"}]}`); // prettier-ignore
    const served = await runCli(['compare', '--run', file]);
    expect([0, 96]).toContain(served.code); // a busy machine is no matter here
    expect(served.stderr).toMatch(/metrics at http:/);
  });

  test('tag, budget, attempts and a boolean that is false', async () => {
    const keys =
      'tag: ["team=x"]\nattempts: 3\nhttp2: false\nabort-on-fail: false\nbudget: 100usd\nmachine: aws:t2.2xlarge';
    const { code, stderr } = await compareRun('tags', keys);
    expect(code, stderr).toBe(0);
    expect(readRecord(at('tags/b/2')).tags).toEqual({ team: 'x' });
  });
});

test('a dry run of a service sends at most one request to each system', async () => {
  let requests = 0;
  const server = createServer((request, response) => {
    requests++;
    request.resume();
    response.end('{}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/`;
  const file = at('load.yaml');
  writeFileSync(
    file,
    `{rate: 1000/s, duration: 60s, dry-run: true, out: ${at('load')}, systems: [{backend: http, url: "${url}"}]}`,
  );
  const { code, stderr } = await runCli(['compare', '--run', file]);
  server.close();
  expect([code, stderr, requests <= 1, existsSync(at('load'))]).toEqual([0, stderr, true, false]);
});

describe('run --repeat', () => {
  const repeat = (out: string, ...more: string[]): Promise<Finished> =>
    runCli(['run', '--rate', '40/s', '--duration', '5s', '--backend', 'simulated', '--set', 'law=exponential', '--time', 'virtual', '--no-html', '-q', '--repeat', '2', '--out', at(out), ...more]); // prettier-ignore

  test('says which threshold failed in which run, and writes junit and summary', async () => {
    const { code, stderr } = await repeat('r', '--threshold', 'all.p(99)<30ms', '--junit', at('r.xml'), '--summary', at('r.md')); // prettier-ignore
    expect(code).toBe(99);
    expect(stderr.match(/run \d of 2 failed the threshold all\.p\(99\)<30ms: /g)).toHaveLength(2);
    expect(readFileSync(at('r.xml'), 'utf8').match(/<testsuite /g)).toHaveLength(2);
    expect(readFileSync(at('r.md'), 'utf8')).toMatch(/^## replay: 2 runs[^]*### poisson/);
  });

  test('on GitHub: one summary and an annotation for each failure', async () => {
    const env = { GITHUB_ACTIONS: 'true', GITHUB_STEP_SUMMARY: at('step.md') };
    const { stderr } = await runCli(['run', '--rate', '40/s', '--duration', '5s', '--backend', 'simulated', '--time', 'virtual', '--no-html', '-q', '--repeat', '2', '--out', at('gh'), '--threshold', 'all.p(99)<1ms'], env); // prettier-ignore
    expect(stderr.match(/^::error /gm)).toHaveLength(2);
    expect(readFileSync(at('step.md'), 'utf8').match(/^## replay/gm)).toHaveLength(1);
  });
});

describe('--attempts', () => {
  test('makes an INVALID run again, keeps the attempts before, and says so', async () => {
    const { code, stderr } = await runCli(['run', '--rate', '100/s', '-n', '30', '--backend', 'null', '--no-html', '--max-lateness', '0us', '--attempts', '3', '--out', at('again')]); // prettier-ignore
    expect(code, stderr).toBe(96);
    expect(stderr.match(/attempt \d of 3 is INVALID and is made again/g)).toHaveLength(2);
    expect(readdirSync(at('again')).filter((name) => name.startsWith('attempt'))).toEqual(['attempt-1', 'attempt-2']);
    expect(readRecord(at('again'))).toMatchObject({ attempt: 3, notes: [expect.stringMatching(/^2 attempts before/)] });
    expect(readRecord(at('again/attempt-1')).attempt).toBeUndefined();
  });

  test('a run that is VALID is made once', async () => {
    const { code } = await runCli(['run', '--rate', '100/s', '-n', '10', '--backend', 'simulated', '--time', 'virtual', '--no-html', '-q', '--attempts', '3', '--out', at('once')]); // prettier-ignore
    expect([code, readdirSync(at('once')).filter((name) => name.startsWith('attempt'))]).toEqual([0, []]);
  });
});
