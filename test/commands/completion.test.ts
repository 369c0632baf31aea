import { execFileSync, spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { BACKENDS } from '#src/backends/registry';
import { completionTable } from '#src/commands/completion-table';
import { COMPLETION_SCRIPTS } from '#src/commands/completion-scripts';
import { COMMANDS } from '#src/commands/index';
import { runCli } from '../support/run-cli.js';

const table = completionTable(COMMANDS);
const longFlags = (name: string): string[] =>
  table
    .find((command) => command.name === name)
    ?.flags.flatMap(({ names }) => names.filter((one) => one.startsWith('--'))) ?? [];
const backends = BACKENDS.flatMap(({ name, aliases = [] }) => [name, ...aliases]);
const beginning = (start: string, words: readonly string[]): string[] =>
  words.filter((word) => word.startsWith(start)).sort();

/** What stands on the line, its last word unfinished, and what completes it. */
const LINES: [words: readonly string[], expected: readonly string[]][] = [
  [['g'], ['generate']],
  [['run', '--ba'], beginning('--ba', longFlags('run'))],
  [['--no-'], beginning('--no-', longFlags('run'))],
  [['trace.json', '--ma'], beginning('--ma', longFlags('run'))],
  [['trace.json', '--backend', ''], backends],
  [['trace.json', '--backend', 's'], beginning('s', backends)],
  [
    ['run', '--pacing', 'e'],
    ['economic', 'exact'],
  ],
  [
    ['generate', 'p'],
    ['piecewise', 'poisson'],
  ],
  [['generate', 'mmpp', '--preset', 'workload-1'], ['workload-120']],
  [
    ['export', 'x', '--format', ''],
    ['csv', 'jsonl', 'parquet'],
  ],
  [
    ['completion', ''],
    ['bash', 'zsh', 'fish'],
  ],
  [['serve', '--'], longFlags('serve')],
];

describe('bash', () => {
  it('completes what the command table holds', () => {
    const asked = [
      ...LINES,
      [['trace.json', '--pacing', '=', 'ec'], ['economic']],
      [
        ['--time', '='],
        ['real', 'virtual'],
      ],
    ] as typeof LINES;
    const lines = asked.map(([words]) => {
      const all = ['replay', ...words].map((word) => `'${word}'`).join(' ');
      return `COMP_WORDS=(${all}); COMP_CWORD=${String(words.length)}; _replay; echo "\${COMPREPLY[*]}"`;
    });
    const script = `set -u; eval "$1"; complete -p replay\n${lines.join('\n')}`;
    const said = execFileSync('bash', ['-c', script, 'bash', COMPLETION_SCRIPTS.bash(table)], { encoding: 'utf8' });
    const [registered, ...completed] = said.trimEnd().split('\n');
    expect(registered).toBe('complete -o default -F _replay replay');
    expect(completed.map((line) => line.split(' ').sort())).toEqual(asked.map(([, expected]) => [...expected].sort()));
  });
});

describe('zsh', () => {
  it('completes what the command table holds', () => {
    if (isMissing('zsh')) return;
    // Outside of the line editor: what would be offered is printed, and a prefix is matched as the editor does.
    const stubs = `
      compdef() { :; }
      compset() { PREFIX=\${PREFIX#*=}; }
      _files() { print -r -- FILES; }
      compadd() { shift; for one in "$@"; do [[ $one == $PREFIX* ]] && print -rn -- "$one "; done; print; }
      _describe() { local -a of; of=("\${(@P)argv[-1]}"); compadd -- "\${(@)of%%:*}"; }`;
    const asked = [...LINES, [['trace.json', '--pacing=ec'], ['economic']]] as typeof LINES;
    const lines = asked.map(([words]) => {
      const all = ['replay', ...words].map((word) => `'${word}'`).join(' ');
      return `words=(${all}); CURRENT=${String(words.length + 1)}; PREFIX='${words.at(-1) ?? ''}'; _replay | grep -v FILES`;
    });
    const script = `${stubs}\neval "$1"\n${lines.join('\n')}`;
    const said = execFileSync('zsh', ['-f', '-c', script, 'zsh', COMPLETION_SCRIPTS.zsh(table)], { encoding: 'utf8' });
    expect(
      said
        .trimEnd()
        .split('\n')
        .map((line) => line.trim().split(' ').sort()),
    ).toEqual(asked.map(([, expected]) => [...expected].sort()));
  });
});

describe('fish', () => {
  it('completes what the command table holds', () => {
    if (isMissing('fish')) return;
    const lines = LINES.map(([words]) => `complete -C 'replay ${words.join(' ')}' | cut -f 1; echo .`);
    const script = `${COMPLETION_SCRIPTS.fish(table)}\ncd /\n${lines.join('\n')}`;
    const said = spawnSync('fish', ['--no-config', '-c', script], { encoding: 'utf8' }).stdout;
    const offered = said
      .split('.\n')
      .slice(0, -1)
      .map((text) => text.split('\n'));
    expect(offered).toHaveLength(LINES.length);
    for (const [i, [words, expected]] of LINES.entries())
      expect(offered[i], words.join(' ')).toEqual(expect.arrayContaining([...expected]));
  });
});

it('the command line prints it, and knows its version without loading anything', async () => {
  const [printed, told, refused] = await Promise.all([
    runCli(['completion', 'bash']),
    runCli(['--version']),
    runCli(['completion', 'tcsh']),
  ]);
  expect(printed).toEqual({ code: 0, stdout: COMPLETION_SCRIPTS.bash(table), stderr: '' });
  expect(told.stdout).toMatch(/^replay \d+\.\d+\.\d+\nNode v\d+\.\d+\.\d+\nlinux \S+ \S+\n/);
  expect(told.stdout).toMatch(/^undici \d/m);
  expect(told.stdout).toMatch(/^apache-arrow \d/m);
  expect(told.stdout).toMatch(/^hdr-histogram-js \d/m);
  expect([refused.code, refused.stderr.includes('bash, zsh, fish')]).toEqual([2, true]);
});

function isMissing(shell: string): boolean {
  const missing = spawnSync(shell, ['-c', 'exit 0']).error !== undefined;
  if (missing) console.warn(`no ${shell} here: its completion is not tried`);
  return missing;
}
