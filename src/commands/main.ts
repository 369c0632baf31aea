import { execute, settings } from '@oclif/core';
import { EXIT, messageOf, UserError } from '../errors.js';
import { COMMANDS } from './index.js';

/** The command line: `replay trace.json ...` is short for `replay run trace.json ...`. Sets the exit code. */
export async function main(argv: readonly string[]): Promise<void> {
  settings.enableAutoTranspile = false;
  process.stdout.on('error', endQuietlyOnClosedPipe);
  try {
    await execute({ args: withDefaultCommand(argv), dir: import.meta.url });
  } catch (thrown) {
    process.exitCode = tell(thrown);
  }
}

function withDefaultCommand(argv: readonly string[]): string[] {
  const [first] = argv;
  const named = first !== undefined && (Object.hasOwn(COMMANDS, first) || ['help', '--help', '-h', '--version'].includes(first));
  return first === undefined || named ? [...argv] : ['run', ...argv];
}

/** A reader that has gone away (head, a closed pager) is no error of ours. */
function endQuietlyOnClosedPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
}

/** One line for what the user can mend; the whole stack for a bug. */
function tell(thrown: unknown): number {
  const exit = exitAskedFor(thrown);
  if (exit === 0) return 0;
  if (thrown instanceof UserError || exit === EXIT.userError) {
    process.stderr.write(`replay: ${messageOf(thrown)}\n`);
    return EXIT.userError;
  }
  const stack = thrown instanceof Error ? thrown.stack : String(thrown);
  process.stderr.write(`replay: this is a bug, please report it:\n${stack ?? ''}\n`);
  return EXIT.bug;
}

/** oclif's own errors (an unknown flag, a missing argument) carry an exit code. */
function exitAskedFor(thrown: unknown): number | undefined {
  if (typeof thrown !== 'object' || thrown === null || !('oclif' in thrown)) return undefined;
  const { oclif } = thrown as { readonly oclif?: { readonly exit?: number } };
  return oclif?.exit;
}
