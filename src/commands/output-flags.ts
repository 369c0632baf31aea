import { Flags } from '@oclif/core';
import { UserError } from '../errors.js';

const FORMATS = ['text', 'json', 'csv', 'quiet'] as const;
export type OutputFormat = (typeof FORMATS)[number];

/** The flags of what goes to standard output. */
export const OUTPUT_FLAGS = {
  format: Flags.string({
    options: [...FORMATS],
    description: 'on standard output: the report as text or JSON, the samples as CSV, or nothing; text unless given',
  }),
  json: Flags.boolean({ description: 'print report.json in place of the text: --format json' }),
};

interface GivenOutput {
  readonly format: string | undefined;
  readonly json: boolean;
  readonly latency: boolean;
  readonly repeat: number | undefined;
}

/** What they ask for. Throws `UserError` where two of them contradict each other. */
export function givenFormat({ format, json, latency, repeat }: GivenOutput): OutputFormat {
  const asked = (format ?? (json ? 'json' : 'text')) as OutputFormat;
  if (json && asked !== 'json')
    throw new UserError(`--json is --format json, and --format ${asked} is another; give one`);
  if (latency && format !== undefined && asked !== 'text')
    throw new UserError(`--latency prints a text; leave it or --format ${asked} out`);
  if (repeat !== undefined && (asked === 'csv' || asked === 'quiet'))
    throw new UserError(`--format ${asked} is of one run; leave out --repeat, or export its runs afterwards`);
  return asked;
}
