import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { ROOT, runCli } from './run-cli.js';

/** What `replay system score --json` says of one number. */
export interface ScoredNumber {
  readonly what: string;
  readonly real: number;
  readonly ratio: number;
  readonly isInside: boolean;
  readonly predicted: { readonly median: number };
}

const TRUTH = join(ROOT, 'test/support/truth-backend.js');

/** Probes, runs, fits and scores through the command line, in virtual time, in a folder of its own. */
export function truthFolder(): TruthFolder {
  const folder = mkdtempSync(join(tmpdir(), 'replay-fit-'));
  const at = (name: string): string => join(folder, name);
  const ok = async (...args: readonly string[]): Promise<string> => {
    const { code, stdout, stderr } = await runCli(args);
    expect(code, stderr).toBe(0);
    return stdout;
  };
  const truth = (kind: readonly string[]): string[] => ['--backend', TRUTH, ...kind.flatMap((one) => ['--set', one]), '--time', 'virtual', '--timeout', '2h', '--no-html', '-q']; // prettier-ignore
  return {
    at,
    probe: async (name, kind, args) => {
      await ok('system', 'probe', ...truth(kind), '--out', at(name), ...args);
      return at(name);
    },
    run: async (name, kind, args) => {
      await ok('run', ...args, ...truth(kind), '--out', at(name));
      return at(name);
    },
    fit: async (run, like, name) => {
      await ok('system', 'fit', run, '--like', like, '-o', at(name), '-q');
      return at(name);
    },
    score: async (file, run) => {
      const told = JSON.parse(await ok('system', 'score', file, run, '--draws', '10', '--json')) as { readonly numbers: readonly ScoredNumber[] }; // prettier-ignore
      return new Map(told.numbers.map((one) => [one.what, one]));
    },
  };
}

interface TruthFolder {
  at(name: string): string;
  /** `kind`: options of the truth, `kind=machine`. */
  probe(name: string, kind: readonly string[], args: readonly string[]): Promise<string>;
  run(name: string, kind: readonly string[], args: readonly string[]): Promise<string>;
  fit(run: string, like: string, name: string): Promise<string>;
  score(file: string, run: string): Promise<ReadonlyMap<string, ScoredNumber>>;
}
