import { Parser } from '@oclif/core';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { COMMANDS } from '#src/commands/index';
import { openLoopbackService, type LoopbackService } from './support/loopback-service.js';
import { ROOT, type Finished } from './support/run-cli.js';
import { atMost, isPlain, makeScratch, shortened, type Scratch } from './support/scratch.js';

type Name = keyof typeof COMMANDS;

const SERVICE = 'http://service/';
const reaching = (line: string): string => line.replace(SERVICE, service.url);

/** What each command's help shows, as it is typed. */
const EXAMPLES = Object.entries(COMMANDS).flatMap(([name, { examples = [] }]) =>
  examples.map((text) => ({ name: name as Name, line: String(text).replaceAll('<%= config.bin %>', 'replay') })),
);

/** What the help shows of these takes a minute, does not end, or wants runs or a cloud; their own tests run them. */
const TRIED_ELSEWHERE: readonly string[] = ['calibrate', 'serve', 'compare', 'check'];
/** A virtual run has met no cloud. */
const NEEDS_A_CLOUD = /--collect cloud/;
/** Every line of these is run here. */
const TRIED = ['run', 'generate', 'estimate', 'backends', 'report', 'export', 'init', 'completion'] as const;

it('every command has examples, and a test that runs them', () => {
  for (const name of Object.keys(COMMANDS))
    expect(
      EXAMPLES.map((one) => one.name),
      name,
    ).toContain(name);
  expect([...TRIED, ...TRIED_ELSEWHERE].sort()).toEqual(Object.keys(COMMANDS).sort());
});

it('the flags and arguments of every example are taken', async () => {
  for (const { line } of EXAMPLES)
    for (const [name, words] of invocations(line)) await expect(parsed(name, words), line).resolves.toBeDefined();
});

/** The calls of `replay` in a line: in a pipe there are two. */
function invocations(line: string): [name: Name, words: string[]][] {
  const calls = line.split('|').map((part) => part.replace(/\s[12]?>.*$/, '').trim());
  return calls
    .filter((call) => call.startsWith('replay '))
    .map((call) => {
      const words = [...call.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)].slice(1).map(([, a, b, c]) => a ?? b ?? c ?? '');
      const [first = ''] = words;
      return Object.hasOwn(COMMANDS, first) ? [first as Name, words.slice(1)] : ['run', words];
    });
}

async function parsed(name: Name, words: string[]): Promise<unknown> {
  const { flags, args } = COMMANDS[name] as { flags?: object; args?: object };
  return Parser.parse(words, { flags: flags ?? {}, args: args ?? {}, strict: true } as never);
}

/** What these pages show too is tried with them, in docs.test.ts. */
const onPages = ['README.md', 'docs/quick-start.md'].flatMap((page) =>
  readFileSync(join(ROOT, page), 'utf8')
    .split('\n')
    .map((line) => shortened(line, SERVICE)),
);

let scratch: Scratch;
let service: LoopbackService;
let done: ReadonlyMap<string, Finished>;
beforeAll(async () => {
  [scratch, service] = await Promise.all([makeScratch(), openLoopbackService()]);
  const lines = TRIED.flatMap(examplesOf);
  const plain = lines.filter(isPlain);
  const others = lines.filter((line) => !isPlain(line));
  // All in one process, for most of each is the start of one.
  const [did, more] = await Promise.all([
    scratch.replayLines(plain.map(reaching)),
    atMost(
      2,
      others.map((line) => () => scratch.sh(reaching(line))),
    ),
  ]);
  done = new Map([...plain, ...others].map((line, i) => [line, [...did, ...more][i] as Finished]));
}, 200_000);
afterAll(() => {
  service.close();
  scratch.remove();
});

it.each(TRIED)('%s: every example does its work', (name) => {
  for (const line of examplesOf(name)) {
    const { code, stderr } = done.get(line) as Finished;
    // 96: this machine was too busy to measure, which is no fault of the example.
    expect([0, 96], `${line}\n${stderr}`).toContain(code);
  }
});

/** What is tried here of a command's examples; what a generated trace is called may not be what others replay. */
function examplesOf(name: Name): string[] {
  return EXAMPLES.filter((one) => one.name === name && !NEEDS_A_CLOUD.test(one.line))
    .map(({ line }) => shortened(line, SERVICE))
    .filter((line) => !onPages.includes(line))
    .map((line) => line.replace('-o trace.json', '-o generated.json'));
}
