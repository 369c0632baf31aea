import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CREDENTIALS, type FakeAws, isolateAws, logTail, startFakeAws } from '../support/fake-aws.js';
import { freshFolder, readRecord, readReport, runCli, type Finished } from '../support/run-cli.js';

const open: FakeAws[] = [];
beforeEach(() => {
  isolateAws();
});
afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
});

const REPORT = 'REPORT RequestId: r-1\tDuration: 10.50 ms\tBilled Duration: 11 ms\tMemory Size: 2048 MB\t';
const logOf = (log: string) => ({ 'x-amz-log-result': Buffer.from(log).toString('base64') });

/** A function whose configuration says `configuration`. */
async function aFunction(headers: Record<string, string>, configuration: object): Promise<FakeAws> {
  const server = await startFakeAws(({ method, target }) => {
    if (method === 'POST') return { headers };
    return { body: target.includes('/configuration') ? JSON.stringify(configuration) : '{}' };
  });
  open.push(server);
  return server;
}

async function runOf(server: FakeAws, ...more: readonly string[]) {
  const folder = freshFolder();
  const target = ['--backend', 'lambda', '--set', 'function=f', '--set', `endpointUrl=${server.url}`, '-b', '{}'];
  const fixed = ['--rate', '50/s', '-n', '1', '--pacing', 'economic', '-w', '1', '-q', '--no-html', '--out', folder];
  const { stderr } = await runCli(['run', ...target, ...fixed, ...more]);
  return { cost: readReport(folder).sections.cost, notes: readRecord(folder).notes, stderr };
}

const gbSeconds = (cost: { readonly items: readonly { unit: string; quantity: number }[] } | undefined) =>
  cost?.items.find(({ unit }) => unit === 'GB-second')?.quantity;

describe('the bill of a function', () => {
  it.each([
    ['text', `${REPORT}Restore Duration: 500.12 ms\tBilled Restore Duration: 250 ms\t\n`],
    [
      'JSON',
      `${JSON.stringify({
        type: 'platform.report',
        record: {
          requestId: 'r-1',
          metrics: {
            durationMs: 10.5,
            billedDurationMs: 11,
            memorySizeMB: 2048,
            restoreDurationMs: 500.12,
            billedRestoreDurationMs: 250,
          },
        },
      })}\n`,
    ],
  ])('holds the restore of its snapshot (%s)', async (_, log) => {
    const server = await aFunction(logOf(log), { MemorySize: 2048, Architectures: ['x86_64'] });
    for (const prices of ['2026-11', '2021-03']) {
      const { cost } = await runOf(server, '--prices', prices);
      expect(gbSeconds(cost)).toBeCloseTo(0.261 * 2, 12);
      expect(cost?.coldStarts).toBeCloseTo(0.25 * 2 * 0.0000166667, 15);
    }
  });

  it('is that of the architecture which its configuration says, unless the user says another', async () => {
    const server = await aFunction(logTail({ durationMs: 11, billedMs: 11 }), {
      MemorySize: 2048,
      Architectures: ['arm64'],
    });
    const asConfigured = await runOf(server);
    expect(asConfigured.cost?.total).toBeCloseTo(2e-7 + 0.022 * 0.0000133334, 15);
    expect(asConfigured.notes.join(' ')).toContain('says 2048 MB, arm64.');
    const asGiven = await runOf(server, '--set', 'architecture=x86_64');
    expect(asGiven.cost?.total).toBeCloseTo(2e-7 + 0.022 * 0.0000166667, 15);
    expect(asGiven.notes.join(' ')).toContain('It is billed as x86_64');
    const options = ['--set', 'function=f', '--set', `endpointUrl=${server.url}`, '-b', '{}'];
    const { stdout } = await runCli([
      'check',
      'traces/workload-40.json',
      '--to',
      '1s',
      '--backend',
      'lambda',
      ...options,
    ]);
    expect(stdout).toMatch(/set-up .*says 2048 MB, arm64/);
  });

  it('names what it assumes where the configuration cannot be read, or says too little', async () => {
    const silent = await aFunction(logTail({ durationMs: 11, billedMs: 11 }), {});
    const { cost } = await runOf(silent);
    expect(cost?.notes.join(' ')).toMatch(/architecture .* not known: .* priced as x86_64/);
    const denied = await startFakeAws(({ method }) =>
      method === 'POST'
        ? { headers: logTail({ durationMs: 11, billedMs: 11 }) }
        : { status: 403, headers: { 'x-amzn-errortype': 'AccessDeniedException' }, body: '{"message":"not allowed"}' },
    );
    open.push(denied);
    const { notes } = await runOf(denied);
    expect(notes.join(' ')).toMatch(/configuration of the function could not be read.*not allowed/);
  });

  it('of a container image holds its start, by sheets of all times', async () => {
    const cold = logTail({ durationMs: 10, billedMs: 110, initMs: 100 });
    const image = await aFunction(cold, { MemorySize: 2048, PackageType: 'Image', Architectures: ['x86_64'] });
    const zip = await aFunction(cold, {
      MemorySize: 2048,
      PackageType: 'Zip',
      Runtime: 'python3.12',
      Architectures: ['x86_64'],
    });
    expect(gbSeconds((await runOf(image, '--prices', '2021-03')).cost)).toBeCloseTo(0.11 * 2, 12);
    expect(gbSeconds((await runOf(zip, '--prices', '2021-03')).cost)).toBeCloseTo(0.01 * 2, 12);
  });
});

const SERVICES: readonly [string, string[]][] = [
  ['lambda', ['--set', 'function=f']],
  ['sagemaker', ['--set', 'endpoint=e']],
];

describe.each(SERVICES)('before %s is called', (backend, options) => {
  const attempts = async (env: Record<string, string>, ...more: string[]): Promise<readonly Finished[]> => {
    const all = [...options, ...more, '-b', '{}', '--backend', backend];
    return [
      await runCli(['run', '--rate', '50/s', '-n', '1', '-q', '--no-html', '--out', freshFolder(), ...all], env),
      await runCli(['check', 'traces/workload-40.json', '--no-request', ...all], env),
    ];
  };
  const endpoint = (server: FakeAws) => ['--set', `endpointUrl=${server.url}`];

  it.each([
    [{ AWS_REGION: 'US-EAST-1' }, /AWS_REGION is "US-EAST-1"; set it to a region such as us-east-1/],
    [{ AWS_REGION: 'us east 1' }, /AWS_REGION is "us east 1"/],
    [{ AWS_REGION: 'us-east-1\n' }, /AWS_REGION is "us-east-1\\n"/],
    [{ AWS_REGION: '', AWS_DEFAULT_REGION: 'nowhere.' }, /AWS_DEFAULT_REGION is "nowhere\."/],
    [{ AWS_ACCESS_KEY_ID: 'AK\nID' }, /the access key id .* line break/],
    [{ AWS_SECRET_ACCESS_KEY: 'planted\nkeypart' }, /the secret access key .* line break/],
    [{ AWS_SESSION_TOKEN: 'planted\u0007token' }, /the session token .* line break/],
  ])('%j is refused in one line', async (env, message) => {
    const server = await aFunction({}, {});
    const [run, check] = await attempts(env as Record<string, string>, ...endpoint(server));
    expect(run?.stderr).toMatch(message);
    expect(run?.stderr.trim().split('\n')).toHaveLength(1);
    expect(run?.code).toBe(2);
    const said = `${check?.stdout ?? ''}${check?.stderr ?? ''}`;
    expect(said).toMatch(message);
    expect(said).not.toMatch(/bug/);
    expect(check?.code).toBe(2);
    expect(run?.stderr ?? '').not.toMatch(/planted/);
    expect(said).not.toMatch(/planted/);
    expect(server.seen.filter(({ method }) => method === 'POST')).toEqual([]);
  });

  it('the region is that of the environment, else of the profile', async () => {
    const config = join(mkdtempSync(join(tmpdir(), 'replay-aws-')), 'config');
    writeFileSync(config, '[default]\nregion = eu-west-3\n[profile odd]\nregion = EU WEST\n[profile none]\n');
    // An empty one is a region to the package of the vendor.
    Reflect.deleteProperty(process.env, 'AWS_REGION');
    const server = await aFunction(logTail({ durationMs: 1, billedMs: 1 }), {});
    const signedFor = async (env: Record<string, string>): Promise<string | undefined> => {
      const before = server.seen.length;
      const folder = freshFolder();
      const fixed = [
        '--rate',
        '50/s',
        '-n',
        '1',
        '--pacing',
        'economic',
        '-w',
        '1',
        '-q',
        '--no-html',
        '--out',
        folder,
      ];
      const all = ['run', ...fixed, ...options, ...endpoint(server), '-b', '{}', '--backend', backend];
      await runCli(all, { AWS_CONFIG_FILE: config, ...env });
      const call = server.seen.slice(before).findLast(({ target }) => target.includes('invocations'));
      return /\/\d{8}\/([^/]+)\//.exec(call?.headers['authorization'] ?? '')?.[1];
    };
    expect(await signedFor({})).toBe('eu-west-3');
    expect(await signedFor({ AWS_DEFAULT_REGION: 'ap-south-1' })).toBe('ap-south-1');
    expect(await signedFor({ AWS_DEFAULT_REGION: 'ap-south-1', AWS_REGION: 'eu-north-1' })).toBe('eu-north-1');
    const keys = { AWS_ACCESS_KEY_ID: CREDENTIALS.accessKeyId, AWS_CONFIG_FILE: config };
    const [odd] = await attempts({ ...keys, AWS_PROFILE: 'odd' }, ...endpoint(server));
    expect([odd?.code, odd?.stderr]).toEqual([2, expect.stringMatching(/^replay: backend .*EU WEST.*\n$/)]);
    const [none] = await attempts({ ...keys, AWS_PROFILE: 'none' }, ...endpoint(server));
    expect([none?.code, none?.stderr]).toEqual([
      2,
      expect.stringMatching(/which region\? give --set region=us-east-1/),
    ]);
  });
});
