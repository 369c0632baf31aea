import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { RawOptions } from '#src/backends/backend';
import { ROOT } from '../support/run-cli.js';

type Versions = Readonly<Record<string, string>>;
const { peerDependencies, devDependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
  readonly peerDependencies: Versions;
  readonly devDependencies: Versions;
};
/** The version of each that the tests run with. The package declares ranges. */
const PEERS: Versions = Object.fromEntries(
  Object.keys(peerDependencies).map((name) => [name, devDependencies[name] ?? 'no version']),
);

const VERTEX = 'projects/p-1/locations/us-central1/endpoints/42';
const url = 'http://127.0.0.1:1';

/** A backend, and the first package that it misses where none is installed. */
const CASES: readonly (readonly [backend: string, options: RawOptions, missing: string])[] = [
  ['lambda', { function: 'f', region: 'us-east-1' }, '@aws-sdk/client-lambda'],
  ['sagemaker', { endpoint: 'e', region: 'us-east-1' }, '@aws-sdk/client-sagemaker-runtime'],
  ['cloud-functions', { url, auth: 'id-token' }, 'google-auth-library'],
  ['ai-platform', { endpoint: VERTEX, endpointUrl: url, auth: 'access-token' }, 'google-auth-library'],
  ['ai-platform', { endpoint: VERTEX, endpointUrl: url, transport: 'grpc' }, '@google-cloud/aiplatform'],
  ['tf-serving', { address: '127.0.0.1:1', model: 'm', input: 'x' }, '@grpc/proto-loader'],
  ['onnx', { model: 'mobilenet' }, 'onnxruntime-node'],
];

it('a package that is not installed is named with the command that installs the version it is tested with', async () => {
  const failures = await checkedWithout(Object.keys(PEERS), CASES);
  expect(failures).toHaveLength(CASES.length);
  for (const [i, [backend, , missing]] of CASES.entries()) {
    const said = `${backend}: ${failures[i]?.join(' | ') ?? ''}`;
    expect(said).toMatch(/not installed/);
    const { command = '' } = /run: (?<command>npm install [^;]*)/.exec(said)?.groups ?? {};
    expect(command.split(' '), said).toContain(`${missing}@${PEERS[missing] ?? ''}`);
    // Every package of the command is one that this project declares, at the version that it declares.
    for (const one of command
      .split(' ')
      .slice(2)
      .filter((word) => !word.startsWith('--')))
      expect(Object.entries(PEERS).map((peer) => peer.join('@'))).toContain(one);
  }
});

it('a package that a call needs and a check of payloads does not is missed before the start, too', async () => {
  const options = { endpoint: VERTEX, endpointUrl: url, transport: 'grpc' };
  const [failure] = await checkedWithout(['@grpc/grpc-js', '@grpc/proto-loader'], [['ai-platform', options]]);
  expect(failure?.join(' | ')).toMatch(/not installed; run: npm install .*@grpc\/grpc-js@/);
});

function checkedWithout(
  packages: readonly string[],
  cases: readonly (readonly [backend: string, options: RawOptions, missing?: string])[],
): Promise<readonly (readonly string[])[]> {
  const program = [join(ROOT, 'test/support/check-all.js'), JSON.stringify(cases)];
  const hide = new URL('../support/hide-packages.js', import.meta.url).href;
  // By the environment, so that threads are without them too.
  const env = { ...process.env, HIDDEN_PACKAGES: packages.join(' '), NODE_OPTIONS: `--import ${hide}` };
  return new Promise((resolve, reject) => {
    execFile(process.execPath, program, { env, cwd: ROOT }, (error, stdout) => {
      if (error === null) resolve(JSON.parse(stdout) as string[][]);
      else reject(error);
    });
  });
}
