import { chmodSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect } from 'vitest';
import { ECHO_FORMS, tells } from '../support/echo-forms.js';
import { serveMetadata } from '../support/fake-google.js';
import { openCollector } from '../support/loopback-collector.js';
import { scrapeWhileRunning } from '../support/scrape-while-running.js';
import { readRecord, runCli } from '../support/run-cli.js';
import { expectReported, faultCases, type FaultCase, type FaultEnd, type Place } from './fault-case.js';

const random = (): string => Math.random().toString(36).slice(2, 12).padEnd(10, 'k');

/** One in each place; the words of each are what the service knows after it has read the request. */
function planted() {
  const word = Object.fromEntries(
    [
      'user',
      'password',
      'query',
      'key',
      'first',
      'second',
      'head',
      'body',
      'sign',
      'name',
      'pass',
      'file',
      'env',
      'proxyUser',
      'proxyWord',
      'collector',
    ].map((name) => [name, `Pl4${random()}`]),
  ) as Record<string, string>;
  return word;
}

type Echo = (request: IncomingMessage, response: ServerResponse) => void;

/** Answers request n with one of the secrets in one of the forms: in the body, the reason phrase and the place of a redirect. */
function echo(words: readonly string[]): Echo {
  let asked = 0;
  return (_request, response) => {
    const { write } = ECHO_FORMS[asked % ECHO_FORMS.length] as (typeof ECHO_FORMS)[number];
    const said = write(words[Math.floor(asked / ECHO_FORMS.length) % words.length] as string);
    asked++;
    response.statusMessage = said.replace(/[^\x20-\x7e]/g, '');
    response.setHeader('location', `/${encodeURI(said)}`);
    response.statusCode = asked % 3 === 0 ? 302 : 500;
    response.end(`${'x'.repeat(asked % 7)} ${said}`);
  };
}

function echoing(
  name: string,
  command: (port: number, word: Record<string, string>) => readonly string[],
  env: (port: number, word: Record<string, string>) => Record<string, string>,
): FaultCase {
  const word = planted();
  const words = Object.values(word);
  let port = 0;
  let collector: Awaited<ReturnType<typeof openCollector>>;
  let scraped: readonly string[] = [];
  return {
    name,
    async prepare() {
      collector = await openCollector();
      const server = createServer(echo(words));
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      port = (server.address() as AddressInfo).port;
      return () => {
        collector.close();
        server.closeAllConnections();
        server.close();
      };
    },
    env: () => ({
      ...env(port, word),
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      OTEL_EXPORTER_OTLP_HEADERS: `authorization=Bearer%20${String(word['collector'])}`,
      OTEL_METRIC_EXPORT_INTERVAL: '200',
    }),
    during(child) {
      scraped = scrapeWhileRunning(child);
    },
    command: (place) => [
      ...['run', '--rate', '300/s', '--requests', String(words.length * ECHO_FORMS.length), '--process', 'constant'],
      ...['--backend', 'http', '--pacing', 'economic', '--max-lateness', '10s', '-o', place.out],
      ...[
        '--junit',
        join(place.folder, 'junit.xml'),
        '--summary',
        join(place.folder, 'summary.md'),
        '--threshold',
        'success>1%',
      ],
      ...['--metrics-port', '0', '--metrics-linger', '1s'],
      ...command(port, word),
    ],
    async holds(end, place) {
      const { outcomes } = expectReported(place).sections;
      expect(outcomes.ok).toBe(0);
      expect(JSON.stringify(outcomes.examples)).toContain('(secret)');
      expect(collector.received.length).toBeGreaterThan(1);
      expect(scraped.length).toBeGreaterThan(1);
      expect(scraped.at(-1)).toMatch(/^replay_requests/m);
      const others = [
        ['pushes', JSON.stringify(collector.received)] as const,
        ['metrics', scraped.join('\n')] as const,
      ];
      for (const [what, text] of [...(await everythingWritten(end, place)), ...others])
        for (const [name, secret] of Object.entries(word))
          if (tellsAny(text, secret)) expect.fail(`${what} tells ${name} (${secret})`);
    },
  };
}

/** Both streams, every file, and the samples as text. */
async function everythingWritten({ stdout, stderr }: FaultEnd, { folder, out }: Place): Promise<[string, string][]> {
  const exported = await runCli(['export', out, '--format', 'jsonl']);
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return [
    ['stdout', stdout],
    ['stderr', stderr],
    ['export', exported.stdout],
    ...files.map(({ parentPath, name }): [string, string] => [name, readFileSync(join(parentPath, name), 'utf8')]),
  ];
}

/** By the line, of those that are no code: a page of 700 kB has many runs of digits. */
function tellsAny(text: string, secret: string): boolean {
  return text
    .split('\n')
    .some((line) => (line.length > 20_000 ? line.toLowerCase().includes(secret.toLowerCase()) : tells(line, secret)));
}

const HEADERS = ({ first, second, head, body, sign, name, pass }: Record<string, string>): string[] => [
  ...['-H', `Cookie: theme=dark; one=${String(first)}; two="${String(second)}"`],
  ...['-H', `Authorization: Bearer ${String(head)}.${String(body)}.${String(sign)}`],
  ...['-H', `X-Upstream: Basic ${Buffer.from(`${String(name)}:${String(pass)}`).toString('base64')}`],
];

faultCases('what a service echoes of its request is nowhere', [
  echoing(
    'flags, a URL, and a proxy of the environment that answers itself',
    (_port, word) => [
      ...[
        '--url',
        `http://service.test/a?q=${String(word['query'])}&key=${String(word['key'])}`,
        '--set',
        'client=undici',
      ],
      ...[
        '-H',
        `X-Other: ${String(word['user'])}|${String(word['password'])}|${String(word['file'])}|${String(word['env'])}`,
      ],
      ...HEADERS(word),
    ],
    (port, word) => ({
      HTTP_PROXY: `http://${String(word['proxyUser'])}:${String(word['proxyWord'])}@127.0.0.1:${String(port)}`,
      NO_PROXY: '',
      no_proxy: '',
    }),
  ),
  echoing(
    'the lean client, and an environment with options and credentials',
    (port, word) => [
      ...[
        '--url',
        `http://${String(word['user'])}:${String(word['password'])}@127.0.0.1:${String(port)}/?q=${String(word['query'])}&key=${String(word['key'])}`,
      ],
      ...['-H', `X-Other: ${String(word['file'])} ${String(word['env'])}`],
      ...HEADERS(word),
    ],
    (_port, word) => ({
      AWS_SESSION_TOKEN: `${String(word['proxyUser'])}${String(word['proxyWord'])}`,
      HTTPS_PROXY: `${String(word['proxyUser'])}:${String(word['proxyWord'])}@127.0.0.1:9`,
    }),
  ),
]);

/** What a backend got by itself, read from the request that carries it. */
interface Fetched {
  readonly name: string;
  /** Where the secret comes from; `secret` becomes part of it. */
  readonly prepare: (place: Place) => Promise<{ env: Record<string, string>; close?: () => Promise<void> }>;
  readonly command: (port: number, place: Place) => readonly string[];
  /** No word of replay, and in every secret. */
  readonly mark: string;
  /** The header that it is sent in. */
  readonly header: string;
}

const MARK = 'planted-by-the-test';

/** The service echoes the token itself, in one form after the other. */
function echoingFetched({ name, prepare, command, mark, header }: Fetched): FaultCase {
  let port = 0;
  let env: Record<string, string> = {};
  return {
    name,
    async prepare(place) {
      let asked = 0;
      const server = createServer((request, response) => {
        const sent = String(request.headers[header] ?? '').replace(/^Bearer /, '');
        const token = sent.split('.').at(-1) ?? '';
        const { write } = ECHO_FORMS[asked++ % ECHO_FORMS.length] as (typeof ECHO_FORMS)[number];
        request.resume().on('end', () => {
          response.writeHead(500, { 'x-amzn-errortype': 'ServiceException' });
          response.end(JSON.stringify({ message: `no: ${write(token)}` }));
        });
      });
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      port = (server.address() as AddressInfo).port;
      const prepared = await prepare(place);
      ({ env } = prepared);
      return async () => {
        await prepared.close?.();
        server.closeAllConnections();
        server.close();
      };
    },
    env: () => ({ ...env, HTTP_PROXY: '', HTTPS_PROXY: '', http_proxy: '', https_proxy: '' }),
    command: (place) => [
      ...['run', '--rate', '100/s', '--requests', String(2 * ECHO_FORMS.length), '--process', 'constant'],
      ...['--pacing', 'economic', '--workers', '2', '-o', place.out, ...command(port, place)],
    ],
    async holds(end, place) {
      const { outcomes } = expectReported(place).sections;
      expect(outcomes.ok).toBe(0);
      expect(JSON.stringify(outcomes.examples)).toContain('(secret)');
      for (const [what, text] of await everythingWritten(end, place))
        if (what !== 'credentials' && what !== 'config' && tellsAny(text, mark)) expect.fail(`${what} tells ${mark}`);
    },
  };
}

/** A profile whose credentials are printed by a program, as those of single sign-on and assumed roles are. */
function profile({ folder }: Place): Promise<{ env: Record<string, string> }> {
  const credentials = join(folder, 'credentials');
  const told = {
    Version: 1,
    AccessKeyId: 'AKIDEXAMPLE',
    SecretAccessKey: 'a-secret-key',
    SessionToken: `FwoG${MARK}xyz`,
  };
  writeFileSync(credentials, `#!/bin/sh\necho '${JSON.stringify(told)}'\n`);
  chmodSync(credentials, 0o755);
  writeFileSync(join(folder, 'config'), `[default]\nregion = us-east-1\ncredential_process = ${credentials}\n`);
  const none = { AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '', AWS_SESSION_TOKEN: '', AWS_PROFILE: 'default' };
  return Promise.resolve({
    env: { ...none, AWS_CONFIG_FILE: join(folder, 'config'), AWS_SHARED_CREDENTIALS_FILE: '/dev/null' },
  });
}

const aws = (client: string): Fetched => ({
  name: `lambda, client=${client}: the session token of a profile`,
  prepare: profile,
  header: 'x-amz-security-token',
  mark: MARK,
  command: (port) => [
    ...['--backend', 'lambda', '--set', 'function=f', '--set', `client=${client}`],
    ...['--set', `endpointUrl=http://127.0.0.1:${String(port)}`],
  ],
});

/** It gets tokens, and reports them wherever a plugin can. */
const TELLTALE = `
const token = (name) => 'fetched-' + name + '-${MARK}';
const forms = [(text) => text, (text) => Buffer.from(text).toString('base64'), encodeURIComponent, (text) => JSON.stringify(text)];
export default {
  name: 'mine', summary: 'tells its secrets', waits: 'on-the-world', knowsSent: false, publicOptions: [],
  parseOptions: () => ({}),
  setUp: async (options, { hide, progress }) => {
    hide(token('setUp'));
    progress('signed in as ' + token('setUp'));
    return { options, notes: ['a note: ' + token('setUp')], served: { version: token('setUp') } };
  },
  create: async (options, { hide, worker }) => {
    const own = token('worker-' + worker);
    hide(own);
    let sent = 0;
    return {
      invoke: async () => {
        const now = token('call-' + (sent % 9));
        hide(now);
        const form = forms[sent++ % forms.length];
        return { ok: false, failure: 'server-error', detail: 'no: ' + form(sent % 2 ? now : own) };
      },
      facts: () => ({ session: own, [own.slice(0, 40)]: 1 }),
      close: async () => { throw new Error('cannot close ' + own); },
    };
  },
};`;

faultCases('what a backend gets by itself is nowhere either', [
  echoingFetched(aws('lean')),
  echoingFetched(aws('sdk')),
  echoingFetched({
    name: 'cloud-functions: the ID token of the metadata server',
    async prepare() {
      const { env, close } = await serveMetadata(3600);
      return { env: { ...env, GOOGLE_APPLICATION_CREDENTIALS: '' }, close };
    },
    header: 'authorization',
    mark: 'plantedplantedplanted',
    command: (port) => [
      ...['--backend', 'cloud-functions', '--set', 'auth=id-token', '--set', 'audience=https://f.example'],
      ...['--url', `http://127.0.0.1:${String(port)}/`],
    ],
  }),
  {
    name: 'a plugin that tells what it named, wherever it can',
    prepare: ({ folder }) => {
      writeFileSync(join(folder, 'mine.mjs'), TELLTALE);
    },
    command: (place) => [
      ...['run', '--rate', '200/s', '--duration', '0.3s', '--pacing', 'economic', '--workers', '2', '-o', place.out],
      ...['--backend', join(place.folder, 'mine.mjs')],
    ],
    async holds(end, place) {
      const record = readRecord(place.out);
      expect(expectReported(place).sections.outcomes.failures['server-error']).toBeGreaterThan(0);
      expect(record.notes.join()).toMatch(/a note: \(secret\).*cannot close \(secret\)/s);
      expect(record.backendFacts['session']).toBe('(secret)');
      expect(end.stderr).toContain('signed in as (secret)');
      for (const [what, text] of await everythingWritten(end, place))
        if (what !== 'mine.mjs' && tellsAny(text, MARK)) expect.fail(`${what} tells what the plugin named`);
    },
  },
  {
    name: 'replay check of it',
    prepare: ({ folder }) => {
      writeFileSync(join(folder, 'mine.mjs'), TELLTALE);
    },
    command: ({ folder }) => ['check', '--json', '--backend', join(folder, 'mine.mjs')],
    holds({ code, stdout, stderr }) {
      expect(code).toBe(2);
      expect(stdout).toContain('(secret)');
      for (const text of [stdout, stderr]) expect(tellsAny(text, MARK), text).toBe(false);
    },
  },
]);
