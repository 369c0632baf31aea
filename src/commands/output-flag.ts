import { Flags } from '@oclif/core';

/** `-o`: where a trace is written to. */
export const outputFlag = (more = '') =>
  Flags.string({
    char: 'o',
    description: `file to write: .json, .jsonl or .csv, each also .gz${more}; standard output unless given, and for -`,
  });

/** The file that was asked for; undefined: standard output. */
export function outputFile(given: string | undefined): string | undefined {
  return given === '-' ? undefined : given;
}
