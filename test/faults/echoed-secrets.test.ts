import { readdirSync, readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect } from 'vitest';
import { ECHO_FORMS, tells } from '../support/echo-forms.js';
import { runCli } from '../support/run-cli.js';
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
  return {
    name,
    async prepare() {
      const server = createServer(echo(words));
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      port = (server.address() as AddressInfo).port;
      return () => {
        server.closeAllConnections();
        server.close();
      };
    },
    env: () => env(port, word),
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
      ...command(port, word),
    ],
    async holds(end, place) {
      const { outcomes } = expectReported(place).sections;
      expect(outcomes.ok).toBe(0);
      expect(JSON.stringify(outcomes.examples)).toContain('(secret)');
      for (const [what, text] of await everythingWritten(end, place))
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
