import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { GoogleAuth } from 'google-auth-library';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { googleTokens } from '#src/backends/google/google-credentials';
import { type Federation, type Source, serveFederation } from '../support/fake-federation.js';
import { everythingIn, restoreEnvironment } from '../support/fake-google.js';
import { freshFolder, runCli, type Finished } from '../support/run-cli.js';

const environment = { ...process.env };
const federation: Federation | undefined = await serveFederation();
const SOURCES: readonly Source[] = ['file', 'url', 'executable'];

/** Keeps what it was sent. */
const asked: (readonly [authorization: string | undefined, quotaProject: string | undefined])[] = [];
const service = createServer((request, response) => {
  asked.push([request.headers.authorization, request.headers['x-goog-user-project'] as string | undefined]);
  request.resume();
  request.on('end', () => response.end('{"predictions":[1]}'));
});
const url = (): string => `http://127.0.0.1:${String((service.address() as AddressInfo).port)}`;

beforeAll(async () => {
  await new Promise<void>((resolve) => service.listen(0, '127.0.0.1', resolve));
});
afterEach(() => {
  restoreEnvironment(environment);
  asked.length = 0;
});
afterAll(async () => {
  service.closeAllConnections();
  service.close();
  await federation?.close();
});

const use = (env: Readonly<Record<string, string>>): void => void Object.assign(process.env, env);

async function runWith(backend: string, options: readonly string[], env: Readonly<Record<string, string>>) {
  use(env);
  const folder = freshFolder();
  const fixed = ['--rate', '50/s', '-n', '2', '--pacing', 'economic', '-w', '1', '-q', '--no-html', '--out', folder];
  const finished: Finished = await runCli([
    'run',
    '--backend',
    backend,
    ...options,
    '-b',
    '{"instances":[1]}',
    ...fixed,
  ]);
  return { ...finished, folder };
}

describe.skipIf(federation === undefined)('ID tokens', () => {
  const issuer = federation as Federation;

  it.each(SOURCES)('come from a workload whose own token is of a %s, and who impersonates', async (source) => {
    use(issuer.workload(source, true));
    const { text } = await (await googleTokens({ kind: 'id', audience: 'https://a.run.app' }, process.env))();
    expect(issuer.accepts(`Bearer ${text}`, 'https://a.run.app')).toBe(true);
  });

  it('come from a user who impersonates, as from the library of Google alone', async () => {
    use(issuer.impersonation());
    const { text } = await (await googleTokens({ kind: 'id', audience: 'https://a.run.app' }, process.env))();
    const client = await new GoogleAuth().getIdTokenClient('https://a.run.app');
    const theirs = await client.idTokenProvider.fetchIdToken('https://a.run.app');
    for (const token of [text, theirs]) expect(issuer.accepts(`Bearer ${token}`, 'https://a.run.app')).toBe(true);
  });

  it('are in every request to a function, and nowhere else', async () => {
    const options = ['--url', `${url()}/f`, '--set', 'auth=id-token', '--set', 'audience=https://f.run.app'];
    for (const env of [issuer.workload('file', true), issuer.impersonation('billed-project')]) {
      const { code, stderr, folder } = await runWith('cloud-functions', options, env);
      expect(code, stderr).not.toBe(2);
      expect(asked).toHaveLength(2);
      for (const [authorization, quotaProject] of asked.splice(0)) {
        expect(issuer.accepts(authorization, 'https://f.run.app')).toBe(true);
        // The function is the user's own, and no interface with a quota.
        expect(quotaProject).toBeUndefined();
      }
      expect(everythingIn(folder)).not.toMatch(/planted/);
    }
  });

  it('are refused in one line for a workload that impersonates no service account', async () => {
    const options = ['--url', `${url()}/f`, '--set', 'auth=id-token'];
    const { code, stderr } = await runWith('cloud-functions', options, issuer.workload('file', false));
    expect([code, stderr]).toEqual([2, expect.stringMatching(/^replay: federated .* --service-account=.*\n$/)]);
    expect(asked).toEqual([]);
  });
});

describe.skipIf(federation === undefined)('access tokens', () => {
  const issuer = federation as Federation;
  const options = (): string[] => ['--set', `url=${url()}/e:predict`, '--set', 'auth=access-token'];

  const ofUser = () => issuer.impersonation('of-the-credentials');
  const cases: readonly (readonly [string, string[], () => Readonly<Record<string, string>>, string | undefined])[] = [
    ['a workload', [], () => issuer.workload('url', false), undefined],
    ['a workload that impersonates', [], () => issuer.workload('file', true), undefined],
    ['a user who impersonates', [], ofUser, 'of-the-credentials'],
    ['the environment', [], () => ({ ...ofUser(), GOOGLE_CLOUD_QUOTA_PROJECT: 'of-env' }), 'of-env'],
    [
      'the option',
      ['--set', 'quotaProject=of-option'],
      () => ({ ...ofUser(), GOOGLE_CLOUD_QUOTA_PROJECT: 'of-env' }),
      'of-option',
    ],
  ];
  it.each(cases)('come with the quota project of %s', async (_, more, env, quotaProject) => {
    const { code, stderr } = await runWith('ai-platform', [...options(), ...more], env());
    expect(code, stderr).not.toBe(2);
    expect(asked).toHaveLength(2);
    for (const [authorization, sent] of asked) {
      expect(issuer.accepts(authorization)).toBe(true);
      expect(sent).toBe(quotaProject);
    }
  });

  it('are not asked for with a quota project that would break a header', async () => {
    const env = { ...issuer.impersonation(), GOOGLE_CLOUD_QUOTA_PROJECT: 'a\r\nx: y' };
    const { code, stderr } = await runWith('ai-platform', options(), env);
    expect([code, stderr]).toEqual([
      2,
      expect.stringMatching(/^replay: the quota project .*GOOGLE_CLOUD_QUOTA_PROJECT.*\n$/),
    ]);
    expect(asked).toEqual([]);
  });
});
