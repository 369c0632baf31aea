import { EXIT, Interrupted, isUserError, printable } from '../errors.js';
import { SUMMARIES } from './summaries.js';

/** The command line: `replay trace.json ...` is short for `replay run trace.json ...`. Sets the exit code. */
export async function main(argv: readonly string[]): Promise<void> {
  for (const stream of [process.stdout, process.stderr]) {
    // Once, however often this is called.
    stream.off('error', endQuietlyOnClosedPipe).on('error', endQuietlyOnClosedPipe);
  }
  try {
    if (argv[0] === '--version') await printVersions();
    else if (asksForList(argv)) await printRootHelp();
    else await runCommand(withDefaultCommand(argv));
  } catch (thrown) {
    process.exitCode = await tell(thrown);
  }
}

const HELP = ['help', '--help', '-h'];

function asksForList([first, second]: readonly string[]): boolean {
  return first === undefined || (HELP.includes(first) && second === undefined);
}

/** The parser and the commands take several times as long to load as Node itself to start. */
async function runCommand(argv: string[]): Promise<void> {
  const { run, settings } = await import('@oclif/core');
  settings.enableAutoTranspile = false;
  await run(argv, import.meta.url);
}

function withDefaultCommand(argv: readonly string[]): string[] {
  const [first = '', ...rest] = argv;
  if (first === 'help') return [...rest, '--help'];
  return Object.hasOwn(SUMMARIES, first) || HELP.includes(first) ? [...argv] : ['run', ...argv];
}

async function printRootHelp(): Promise<void> {
  const { rootHelp } = await import('./root-help.js');
  process.stdout.write(rootHelp());
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
async function tell(thrown: unknown): Promise<number> {
  const { plainFor } = await import('./tell-ci.js');
  // What caught the signal has told it.
  if (thrown instanceof Interrupted) return EXIT.interrupted;
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
