import { Parser } from '@oclif/core';
import { Ajv } from 'ajv';
import fc from 'fast-check';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { configKeys } from '#src/commands/config-flags';
import { Run } from '#src/commands/run';
import { withSettings } from '#src/commands/with-settings';
import { configSchema } from '#src/config/config-schema';
import { configTemplate } from '#src/config/config-template';
import { variableOf } from '#src/config/environment-settings';
import { readConfig } from '#src/config/read-config';
import { UserError } from '#src/errors';
import { readRecord, ROOT, runCli } from '../support/run-cli.js';

const folder = mkdtempSync(join(tmpdir(), 'replay-config-'));
const file = join(folder, 'replay.yaml');
const keys = configKeys(Run.flags);

afterAll(() => {
  rmSync(folder, { recursive: true });
});

type Env = Readonly<Record<string, string>>;

/** What a run is given by a command line, an environment and a file together. */
async function told(argv: readonly string[], env: Env = {}, yaml?: string) {
  if (yaml !== undefined) writeFileSync(file, yaml);
  const all = yaml === undefined ? argv : [...argv, '--config', file];
  const parsed = await Parser.parse([...all], { flags: Run.flags, args: Run.args });
  const said: string[] = [];
  const { args, flags } = await withSettings(Run.flags, parsed as never, {
    env,
    folder,
    say: (text) => said.push(text),
  });
  return { args, flags: flags as unknown as Readonly<Record<string, unknown>>, said };
}

/** Texts that every one of these flags takes. */
const VALUES = {
  rate: ['50/s', '80/s', '3000/m'],
  duration: ['30s', '1m', '250ms'],
  pacing: ['exact', 'economic'],
  workers: ['1', '2', '3'],
  timeout: ['1s', '2000ms'],
  seed: ['7', '9007199254740991'],
  header: ['a: 1', 'A: 2, 3'],
  out: ['/a', '/b'],
} as const;
const NAMES = Object.keys(VALUES) as (keyof typeof VALUES)[];
type Layer = Readonly<Partial<Record<keyof typeof VALUES, string>>>;
const layers = fc.record(Object.fromEntries(NAMES.map((name) => [name, fc.constantFrom(...VALUES[name])])), {
  requiredKeys: [],
}) as fc.Arbitrary<Layer>;

const asFlags = (layer: Layer): string[] => Object.entries(layer).map(([name, text]) => `--${name}=${text}`);
const asEnv = (layer: Layer): Env =>
  Object.fromEntries(Object.entries(layer).map(([name, text]) => [`REPLAY_RUN_${name.toUpperCase()}`, text]));
const asYaml = (layer: Layer): string =>
  stringify(Object.fromEntries(Object.entries(layer).map(([name, text]) => [name, name === 'header' ? [text] : text])));

describe('the command line goes before the environment, and that before the file', () => {
  it('for any three layers it is as if the first that speaks had been typed', async () => {
    await fc.assert(
      fc.asyncProperty(layers, layers, layers, async (typed, inEnv, inFile) => {
        const { flags } = await told(asFlags(typed), asEnv(inEnv), asYaml(inFile));
        const expected = await told(asFlags({ ...inFile, ...inEnv, ...typed }));
        expect({ ...flags, config: undefined }).toEqual({ ...expected.flags, config: undefined });
      }),
      { numRuns: 60 },
    );
  });

  it('entry by entry in set, whose entries are the same as the flags that are short for them', async () => {
    const yaml = 'set: { servers: 1, service: 1ms, law: constant }\nurl: http://file/\nmodel: ours';
    const env = { REPLAY_RUN_SET: 'service=2ms\nlaw=exponential' };
    const { flags } = await told(['--set=servers=3', '--set=url=http://typed/', '--model=mine'], env, yaml);
    expect(flags['set']).toEqual(['servers=3', 'url=http://typed/', 'service=2ms', 'law=exponential']);
    expect(flags['url']).toBeUndefined();
    expect(flags['model']).toBe('mine');
  });

  it('a load or a body that is typed replaces the other kind of load or body of the file', async () => {
    const { args, flags } = await told(['--rate=5', '--duration=1s', '--body=x'], {}, 'trace: t.json\npayload: p');
    expect([args, flags['payload']]).toEqual([{}, undefined]);
    const other = await told(['t.json'], {}, 'rate: 5\nduration: 1s\ntrace: other.json');
    expect(other.args).toEqual({ trace: 't.json' });
    expect([other.flags['rate'], other.flags['duration']]).toEqual([undefined, undefined]);
  });

  it('the variables of a backend go before the file as well', async () => {
    const yaml = 'backend: http\nurl: http://file/\nset: { method: PUT, url: http://set/ }';
    const { flags } = await told([], { REPLAY_HTTP_URL: 'http://env/' }, yaml);
    expect([flags['url'], flags['set']]).toEqual([undefined, ['method=PUT']]);
    expect((await told(['--backend=null'], { REPLAY_HTTP_URL: 'http://env/' }, yaml)).flags['url']).toBe(
      'http://file/',
    );
  });

  it('says which keys came from where, and never a value', async () => {
    const { said } = await told(['--seed=2'], { REPLAY_RUN_RATE: '7' }, 'header: ["authorization: hunter2"]\nseed: 1');
    expect(said).toEqual([`from REPLAY_RUN_RATE: rate; from ${file}: header`]);
  });
});

it('every flag of a run is a key, as it is written and as a variable', async () => {
  expect(keys.map(({ name }) => name)).toEqual([
    'trace',
    ...Object.keys(Run.flags).filter((name) => name !== 'config'),
  ]);
  expect(new Set(keys.map(variableOf)).size).toBe(keys.length);
  const { flags } = await told([], { REPLAY_RUN_MAX_IN_FLIGHT: '12' }, 'html: false\nquiet: true\nmax-lateness: 5ms');
  expect(flags).toMatchObject({ html: false, quiet: true, 'max-in-flight': 12, 'max-lateness': 5 });
});

it('paths start at the file, everything else is as it stands', async () => {
  const yaml = `trace: a.json\npayload: p/q\nbackend: ./mine.js\nprices: my.json\nmodel: mobilenet\nset: { file: ../x, label: a/b }\nout: /abs`;
  const { args, flags } = await told([], {}, yaml.replace('backend: ./mine.js', 'backend: "null"'));
  expect(args).toEqual({ trace: join(folder, 'a.json') });
  expect(flags).toMatchObject({
    payload: join(folder, 'p/q'),
    prices: join(folder, 'my.json'),
    model: 'mobilenet',
    out: '/abs',
  });
  expect(flags['set']).toEqual([`file=${join(folder, '../x')}`, 'label=a/b']);
  const [backend, body] = await read('backend: ./mine.js\nbody: "@b.json"');
  expect(backend?.texts[0]?.text).toBe(join(folder, 'mine.js'));
  expect(body?.texts[0]?.text).toBe(`@${join(folder, 'b.json')}`);
  expect((await told([], {}, 'trace: "-"\nbody: a @ b')).args).toEqual({ trace: '-' });
});

async function read(yaml: string | Uint8Array) {
  writeFileSync(file, yaml);
  return readConfig(file, keys);
}

it('numbers keep their digits, aliases stand for what they name', async () => {
  const settings = await read(
    'seed: 9007199254740993\nrate: 1e3\nset: { a: 007, b: 0.10, c: [&x 1, true, *x] }\nheader: [&h "a: 1", *h]',
  );
  expect(settings.map(({ key, texts }) => [key.name, texts.map(({ text }) => text)])).toEqual([
    ['seed', ['9007199254740993']],
    ['rate', ['1e3']],
    ['set', ['a=007', 'b=0.10', 'c=1', 'c=true', 'c=1']],
    ['header', ['a: 1', 'a: 1']],
  ]);
  expect(await read('')).toEqual([]);
  expect(await read('# nothing\n')).toEqual([]);
});

describe('what is wrong is one line with file, line and column', () => {
  const cases: [yaml: string, place: string, tells: RegExp][] = [
    ['rate: 5\nmaxInFlight: 3', '2:1', /no key maxInFlight; did you mean max-in-flight\?/],
    ['config: other.yaml', '1:1', /no key config/],
    ['rate: [5]', '1:7', /rate expects text or a number, not a list/],
    ['rate: true', '1:7', /rate expects text or a number, not true or false/],
    ['url:', '1:1', /url expects text or a number, and nothing stands there/],
    ['html: no', '1:7', /html expects true or false, not text/],
    ['header: true', '1:9', /header expects a text or a list of texts, not true or false/],
    ['header:\n  - a: b', '2:5', /header expects a text or a list of texts, not a map \(quote/],
    ['set: [a=b]', '1:6', /set expects a map of names to texts, not a list/],
    ['set: { a: { b: 1 } }', '1:11', /set expects a map of names to texts, not a map/],
    ['set: { a: }', '1:8', /set expects a map/],
    ['backend: null', '1:1', /quote "null"/],
    ['set: { a=b: 1 }', '1:8', /name of an option/],
    ['rate: 5\nrate: 6', '2:1', /second time/],
    ['rate: "5', '1:9', /quote/],
    ['\trate: 5', '1:1', /[Tt]ab/],
    ['- rate', '1:1', /expects keys and values/],
    ['rate: !!binary aGk=', '1:', /rate expects text/],
    ['rate: !mine 5', '1:7', /tag/],
    ['<<: { rate: 5 }', '1:1', /no key <</],
    ['rate: *x', '1:7', /alias/],
    ['rate: 5\n---\nrate: 6', '2:1', /document/],
  ];
  it.each(cases)('%j', async (yaml, place, tells) => {
    const message = await messageOf(read(yaml));
    expect(message).toMatch(tells);
    expect(message.startsWith(`${file}:${place}`)).toBe(true);
  });

  it('also where the flag itself refuses', async () => {
    expect(await messageOf(told([], {}, 'seed: 1\nrate: 5/x'))).toBe(
      `${file}:2:7: rate 5/x: give a rate above 0 such as 50/s or 3000/m`,
    );
    expect(await messageOf(told([], {}, 'pacing: exakt'))).toMatch(/1:9: pacing exakt: .*did you mean exact\?/);
    expect(await messageOf(told([], { REPLAY_RUN_HTML: '1' }))).toBe('REPLAY_RUN_HTML: html 1: give true or false');
    expect(await messageOf(told([], { REPLAY_RUN_DURATON: '1' }))).toMatch(
      /REPLAY_RUN_DURATON belongs to no flag; did you mean REPLAY_RUN_DURATION\?/,
    );
    expect(await messageOf(told([], { REPLAY_RUN_CONFIG: 'x' }))).toMatch(/belongs to no flag/);
  });
});

describe('a file from outside is bounded', () => {
  const bomb = `header: &a ["x"]\nset:\n${Array.from({ length: 200 }, (_, i) => `  k${String(i)}: *a`).join('\n')}`;
  const cases: [name: string, content: string | Uint8Array, tells: RegExp][] = [
    ['aliases', bomb, /more than 100 aliases/],
    ['size', `# ${'x'.repeat(70_000)}`, /larger than 64 KiB/],
    ['depth', `rate: ${'['.repeat(60_000)}`, /nested too deeply/],
    ['depth of maps', `rate: ${'{a: '.repeat(15_000)}`, /nested too deeply/],
    ['depth of dashes', `rate:\n${'- '.repeat(30_000)}`, /nested too deeply/],
    ['depth of questions', '? '.repeat(30_000), /nested too deeply/],
    ['depth by indents', Array.from({ length: 300 }, (_, i) => `${' '.repeat(i)}a:`).join('\n'), /no key a/],
    ['bytes', Uint8Array.of(0x72, 0xff, 0xfe), /not UTF-8/],
  ];
  it.each(cases)('%s', async (_, content, tells) => {
    const startMs = performance.now();
    expect(await messageOf(read(content))).toMatch(tells);
    expect(performance.now() - startMs).toBeLessThan(5000);
  });

  it.each([
    ['/dev/zero', /larger/],
    [folder, /folder/],
    [join(folder, 'none'), /replay init/],
  ])('%s', async (path, tells) => {
    expect(await messageOf(readConfig(path, keys))).toMatch(tells);
  });

  it('anything at all is settings or one line', async () => {
    const words = [
      'rate: 5',
      'set:',
      ' a: 1',
      '- ',
      ': ',
      '&a',
      '*a',
      '{',
      '}',
      '[',
      ']',
      '"',
      '|',
      '\n',
      '  ',
      '? ',
      '!!',
      '%',
      '---',
      '#',
      '\0',
      '\u2028',
    ];
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.oneof(fc.constantFrom(...words), fc.string()), { maxLength: 12 }),
        async (pieces) => {
          const thrown: unknown = await read(pieces.join('')).then(
            () => undefined,
            (error: unknown) => error,
          );
          if (thrown === undefined) return;
          expect(thrown).toBeInstanceOf(UserError);
          expect((thrown as UserError).message).not.toMatch(/[\n\0\u2028]/);
        },
      ),
      { numRuns: 300 },
    );
  });
});

it('the schema for editors is remade byte for byte, and says what the reader says', () => {
  const path = join(ROOT, 'schemas/config.schema.json');
  const again = 'node bin/replay.js init --schema > schemas/config.schema.json';
  expect(readFileSync(path, 'utf8'), `a flag has changed: ${again}`).toBe(configSchema(keys));
  const valid = new Ajv({ allowUnionTypes: true }).compile(JSON.parse(configSchema(keys)) as object);
  const good = ['rate: 5', 'set: { a: 1, b: [x, true] }', 'header: ["a: 1"]', 'pacing: exact', 'html: false'];
  const bad = ['rat: 5', 'rate: [5]', 'set: [a]', 'header: true', 'pacing: exakt', 'html: no', 'set: { a: { b: 1 } }'];
  expect([...good, configTemplate(keys, 'x')].map((text) => valid(parse(text)))).toEqual(Array(6).fill(true));
  expect(bad.map((text) => valid(parse(text)))).toEqual(bad.map(() => false));
});

it('replay init writes a file that runs as it is, once; and flags go before it', async () => {
  const path = join(folder, 'new.yaml');
  expect(await runCli(['init', path])).toMatchObject({ code: 0, stdout: '' });
  const text = readFileSync(path, 'utf8');
  const schema = /^# yaml-language-server: \$schema=(.*)$/m.exec(text)?.[1] ?? '';
  expect(readFileSync(join(folder, schema), 'utf8')).toContain('"max-in-flight"');
  for (const { name } of keys) expect(text).toMatch(new RegExp(`^(# )?${name}:`, 'm'));
  const again = await runCli(['init', path]);
  expect(again).toMatchObject({ code: 2, stderr: expect.stringContaining('it exists') as unknown });
  expect(readFileSync(path, 'utf8')).toBe(text);
  const out = join(folder, 'run');
  const { code, stderr } = await runCli(['--config', path, '--duration', '2s', '--out', out, '--no-html']);
  expect([code, stderr.split('\n')[0]]).toEqual([0, `from ${path}: backend, set, rate, seed, time`]);
  const { plan, backend } = readRecord(out);
  expect([plan.durationMs, backend]).toEqual([2000, 'simulated']);
});

async function messageOf(promise: Promise<unknown>): Promise<string> {
  const thrown: unknown = await promise.then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(thrown).toBeInstanceOf(UserError);
  const { message } = thrown as UserError;
  expect(message).not.toContain('\n');
  return message;
}
