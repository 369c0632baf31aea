import { run, settings } from '@oclif/core';
import { EXIT, isUserError, printable } from '../errors.js';
import { COMMANDS } from './index.js';
import { plainFor } from './tell-ci.js';

/** The command line: `replay trace.json ...` is short for `replay run trace.json ...`. Sets the exit code. */
export async function main(argv: readonly string[]): Promise<void> {
  settings.enableAutoTranspile = false;
  // Once, however often this is called.
  process.stdout.off('error', endQuietlyOnClosedPipe).on('error', endQuietlyOnClosedPipe);
  try {
    if (argv[0] === '--version') await printVersions();
    else await run(withDefaultCommand(argv), import.meta.url);
  } catch (thrown) {
    process.exitCode = tell(thrown);
  }
}

function withDefaultCommand(argv: readonly string[]): string[] {
  const [first] = argv;
  const named = first !== undefined && (Object.hasOwn(COMMANDS, first) || ['help', '--help', '-h'].includes(first));
  return first === undefined || named ? [...argv] : ['run', ...argv];
}

async function printVersions(): Promise<void> {
  const { versions } = await import('./versions.js');
  process.stdout.write(`${versions()}\n`);
}

/** A reader that has gone away (head, a closed pager) is no error of ours. */
function endQuietlyOnClosedPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
}

/** One line for what the user can mend; the whole stack for a bug. */
function tell(thrown: unknown): number {
  const byParser = parserExit(thrown);
  if (byParser === EXIT.ok) return EXIT.ok;
  if (isUserError(thrown) || byParser !== undefined) {
    process.stderr.write(plainFor(process.env, `replay: ${plainly(thrown)}\n`));
    return EXIT.userError;
  }
  const stack = thrown instanceof Error ? thrown.stack : String(thrown);
  process.stderr.write(plainFor(process.env, `replay: this is a bug, please report it:\n${stack ?? ''}\n`));
  return EXIT.bug;
}

/** The parser's own errors (an unknown flag, a bad value) carry an exit code; 0 means that help or a version was shown. */
function parserExit(thrown: unknown): number | undefined {
  if (typeof thrown !== 'object' || thrown === null || !('oclif' in thrown)) return undefined;
  const { oclif } = thrown as { readonly oclif?: { readonly exit?: number } };
  return oclif?.exit ?? EXIT.userError;
}

/** One line; the parser frames what a flag's reader says. */
function plainly(thrown: unknown): string {
  const text = thrown instanceof Error ? thrown.message : String(thrown);
  return printable(text.replace(/^Parsing --\S+\s+/, '').replace(/\s*See more help with --help\s*$/, '; see --help'));
}
