import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { readRecord, runCli, type Finished } from '../support/run-cli.js';

const folder = mkdtempSync(join(tmpdir(), 'replay-variables-'));
const file = join(folder, 'replay.yaml');
const received: Record<string, unknown>[] = [];
const server = createServer((request, response) => {
  received.push({ ...request.headers, path: request.url });
  response.writeHead(500).end(`no: ${String(request.headers.authorization)}`);
});
let url = '';
let runs = 0;
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
});
beforeEach(() => {
  received.length = 0;
});
afterAll(() => {
  server.close();
  rmSync(folder, { recursive: true });
});

const lastOut = (): string => join(folder, `run-${String(runs)}`);

async function run(yaml: string, env: Readonly<Record<string, string>> = {}, ...flags: string[]): Promise<Finished> {
  writeFileSync(file, `rate: 50/s\nrequests: 2\nurl: ${url}/a\n${yaml}\n`);
  runs++;
  return runCli(['--config', file, '--no-html', '--out', lastOut(), ...flags], env);
}

describe('${NAME} in the file', () => {
  it('is a variable of the environment, and $${NAME} is the text', async () => {
    await run("header: ['authorization: Bearer ${MY_TOKEN}', 'x-text: $${{MY_TOKEN}}']", { MY_TOKEN: 's3cret-word' });
    expect(received[0]).toMatchObject({ authorization: 'Bearer s3cret-word', 'x-text': '${MY_TOKEN}' });
  });

  it('that is not set is one line with the place, and nothing is sent', async () => {
    const { code, stderr } = await run("header: 'authorization: Bearer ${NO_SUCH_TOKEN}'");
    expect([code, stderr.trimEnd().split('\n').length, received.length]).toEqual([2, 1, 0]);
    expect(stderr).toMatch(
      /replay\.yaml:4:9: \$\{NO_SUCH_TOKEN\}: the environment has no variable NO_SUCH_TOKEN; set it/,
    );
  });

  it.each(['${', '${}', '${a-b}', '${ A }'])('%s is refused', async (text) => {
    const { code, stderr } = await run(`body: 'x ${text}'`);
    expect([code, stderr]).toEqual([2, expect.stringContaining('replay.yaml:4:7: ${ begins the name of a variable')]);
  });

  it('is secret: no record, report or message shows it', async () => {
    const word = 's3cret-word';
    const { stdout, stderr } = await run("header: 'authorization: ${MY_TOKEN}'", { MY_TOKEN: word });
    expect(received).toHaveLength(2);
    for (const text of [
      stdout,
      stderr,
      ...readdirSync(lastOut()).map((name) => readFileSync(join(lastOut(), name), 'latin1')),
    ])
      expect(text).not.toContain(word);
    for (const key of ['rate', 'threshold', 'method', 'timeout', 'backend']) {
      writeFileSync(
        file,
        `${key === 'rate' ? '' : 'rate: 5/s\n'}duration: 1s\n${key === 'backend' ? '' : `url: ${url}\n`}${key}: \${MY_TOKEN}\n`,
      );
      const refused = await runCli(['--config', file, '--out', join(folder, 'none')], { MY_TOKEN: word });
      expect(refused.code, key).toBe(2);
      expect(refused.stderr, key).not.toContain(word);
    }
  });

  it('in a public option is hidden in the record', async () => {
    writeFileSync(file, `rate: 50/s\nrequests: 2\nurl: ${url}/\${MY_PATH}\n`);
    const out = join(folder, 'public');
    await runCli(['--config', file, '--no-html', '--out', out], { MY_PATH: 'hidden-path' });
    expect(received[0]).toMatchObject({ path: '/hidden-path' });
    expect(JSON.stringify(readRecord(out))).not.toContain('hidden-path');
  });
});

describe('headers of file, environment and flags', () => {
  it('are merged by name, whatever its case; the later source wins', async () => {
    const yaml = "header: ['X-File: f', 'X-Two: f', 'x-three: f', 'x-own: f']";
    const env = { REPLAY_RUN_HEADER: 'x-two: e\nX-THREE: e\nx-env: e', REPLAY_HTTP_HEADER: 'X-Own: o' };
    await run(yaml, env, '--header', 'X-Three: c', '--header', 'x-flag: c');
    expect(received[0]).toMatchObject({
      'x-file': 'f',
      'x-two': 'e',
      'x-three': 'c',
      'x-env': 'e',
      'x-flag': 'c',
      'x-own': 'o',
    });
  });

  it('in set are headers, too', async () => {
    await run("set: { header: ['x-a: set', 'x-b: set'] }", {}, '--header', 'X-A: flag');
    expect(received[0]).toMatchObject({ 'x-a': 'flag', 'x-b': 'set' });
  });
});

describe('compare --run FILE', () => {
  const compare = (yaml: string, env: Readonly<Record<string, string>> = {}): Promise<Finished> => {
    runs++;
    writeFileSync(file, `rate: 50/s\nrequests: 2\nrepeat: 1\nhtml: false\nout: ${lastOut()}\n${yaml}`);
    return runCli(['compare', '--run', file, '-q'], env);
  };

  it('takes variables, which stay secret, and merges headers by name', async () => {
    const word = 's3cret-word';
    const yaml = `header: ['Authorization: \${MY_TOKEN}', 'x-all: a']
tag: 'commit=\${MY_TOKEN}'
systems:
  - { name: one, backend: http, url: '${url}/\${MY_TOKEN}' }
  - { name: two, backend: http, url: '${url}/two', header: 'authorization: own', set: { header: 'X-All: $\${{MY_TOKEN}}' } }
`;
    const { stdout, stderr } = await compare(yaml, { MY_TOKEN: word });
    expect(received.map(({ path, authorization, 'x-all': all }) => [path, authorization, all])).toEqual([
      ...Array.from({ length: 2 }, () => [`/${word}`, word, 'a']),
      ...Array.from({ length: 2 }, () => ['/two', 'own', '${MY_TOKEN}']),
    ]);
    const written = readdirSync(lastOut(), { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    expect(written.length).toBeGreaterThan(3);
    for (const text of [
      stdout,
      stderr,
      ...written.map(({ parentPath, name }) => readFileSync(join(parentPath, name), 'latin1')),
    ])
      expect(text).not.toContain(word);
  });

  it('names file, line and column of a variable that is not set, and the rest of a refusal stays secret', async () => {
    const unset = await compare(`systems:\n  - { backend: http, url: '\${NO_SUCH_URL}' }\n`);
    expect([unset.code, unset.stderr]).toEqual([
      2,
      expect.stringContaining(`${file}:7:27: \${NO_SUCH_URL}: the environment has no variable NO_SUCH_URL`),
    ]);
    const word = 's3cret-word';
    for (const key of ['timeout', 'threshold', 'method']) {
      const { code, stderr } = await compare(
        `systems:\n  - { backend: http, url: '${url}', ${key}: '\${MY_TOKEN}' }\n`,
        { MY_TOKEN: word },
      );
      expect(code, key).toBe(2);
      expect(stderr, key).not.toContain(word);
    }
    expect(received).toEqual([]);
  });
});

it('one text stands for a list of one', async () => {
  const { code, stdout } = await run('threshold: success>99%');
  expect([code, stdout]).toEqual([99, expect.stringContaining('FAILED success>99%')]);
});
