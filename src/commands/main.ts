import { diskTrouble, systemTrouble } from '../host/disk-trouble.js';
import { EXIT, Interrupted, isUserError, printable } from '../errors.js';
import { SUMMARIES, TOPICS } from './summaries.js';

/** The command line: `replay trace.json ...` is short for `replay run trace.json ...`. Sets the exit code. */
export async function main(argv: readonly string[]): Promise<void> {
  const output = watchOutput();
  const line = withDefaultCommand(argv);
  const release = holdProcess();
  try {
    if (argv[0] === '--version') await printVersions();
    else if (asksForList(argv)) await printHelp();
    else if (asksForTopic(line)) await printHelp(line[0]);
    else await runCommand(line, argv, output.watch);
  } catch (thrown) {
    // The parser has set a code of its own for whatever is thrown.
    process.exitCode = (await output.isCauseOf(thrown)) ? EXIT.ok : await tell(thrown, line[0] ?? 'run');
  }
  const trouble = await output.trouble();
  release();
  if (trouble === undefined) return;
  // A line that standard error does not take either is lost; the exit code remains.
  process.stderr.write(`replay: ${trouble}\n`);
  process.exitCode = EXIT.userError;
}

/** A command that is cut short says so. Returns what gives the process back as it was, whatever guarded it meanwhile. */
function holdProcess(): () => void {
  const [exit, abort] = [Reflect.get(process, 'exit'), Reflect.get(process, 'abort')] as const;
  const strays = process.listeners('uncaughtException');
  const cutShort = (): void => {
    process.stderr.write(
      'replay: the process ended before the command was done, and what it would have reported is lost\n',
    );
    process.exitCode = EXIT.bug;
  };
  process.once('exit', cutShort);
  return () => {
    process.removeListener('exit', cutShort);
    Object.assign(process, { exit, abort });
    for (const listener of process.listeners('uncaughtException'))
      if (!strays.includes(listener)) process.removeListener('uncaughtException', listener);
  };
}

const HELP = ['help', '--help', '-h'];

function asksForList([first, second]: readonly string[]): boolean {
  return first === undefined || (HELP.includes(first) && second === undefined);
}

/** The parser and the commands take several times as long to load as Node itself to start. */
async function runCommand(line: string[], given: readonly string[], watch: () => void): Promise<void> {
  process.cwd(); // throws where it does not exist any more, before the parser writes a warning of its own
  const [{ run, settings }, { COMMANDS }, { checkFirstWord, checkLongNames, unknownSecondWord }, { parserSettings }] =
    await Promise.all([
      import('@oclif/core'),
      import('./index.js'),
      import('./first-word.js'),
      import('./parser-settings.js'),
    ]);
  // The parser throws what its own listener hears.
  watch();
  const [command = '', ...rest] = line;
  if (isTopic(command)) throw unknownSecondWord(command, rest);
  if (command === 'run' && given[0] !== 'run' && given[0] !== 'help') checkFirstWord(given);
  if (isCommand(command)) checkLongNames(rest, COMMANDS[command]);
  settings.enableAutoTranspile = false;
  await run(line, parserSettings());
}

function isCommand(word: string): word is keyof typeof SUMMARIES {
  return Object.hasOwn(SUMMARIES, word);
}

function isTopic(word: string | undefined): word is keyof typeof TOPICS {
  return word !== undefined && Object.hasOwn(TOPICS, word);
}

/** Of a topic alone; of one with a word behind it that is no command, the parser's table has nothing. */
function asksForTopic([first, second]: readonly string[]): boolean {
  return isTopic(first) && (second === undefined || HELP.includes(second));
}

function withDefaultCommand(argv: readonly string[]): string[] {
  const [first = '', second = '', ...rest] = argv;
  if (first === 'help' && isTopic(second)) return withDefaultCommand([second, ...rest, '--help']);
  if (first === 'help') return [...argv.slice(1), '--help'];
  if (isTopic(first) && isCommand(`${first} ${second}`)) return [`${first} ${second}`, ...rest];
  if (isTopic(first)) return [...argv];
  return isCommand(first) || HELP.includes(first) ? [...argv] : ['run', ...argv];
}

async function printHelp(topic?: string): Promise<void> {
  const { rootHelp, topicHelp } = await import('./root-help.js');
  process.stdout.write(isTopic(topic) ? topicHelp(topic) : rootHelp());
}

async function printVersions(): Promise<void> {
  const { versions } = await import('./versions.js');
  process.stdout.write(`${await versions()}\n`);
}

interface WatchedOutput {
  readonly watch: () => void;
  /** Whether something was thrown because standard output takes no more. */
  isCauseOf(thrown: unknown): Promise<boolean>;
  /** What was wrong with either stream, as a line; undefined: nothing. */
  trouble(): Promise<string | undefined>;
}

/**
 * A stream that cannot be written (a full disk, a terminal that was closed) does not end a command: a run first writes its folder
 * and files. What went wrong is reported once, at the end. A reader that has gone away (head, a closed pager) is no error.
 */
function watchOutput(): WatchedOutput {
  const errors: { stdout?: Error; stderr?: Error } = {};
  let readerLeft = false;
  const keep = (name: 'stdout' | 'stderr') => (thrown: NodeJS.ErrnoException) => {
    if (thrown.code !== 'EPIPE') errors[name] ??= thrown;
    else if (name === 'stdout') readerLeft = true;
  };
  const watch = (): void => {
    for (const name of ['stdout', 'stderr'] as const) process[name].removeAllListeners('error').on('error', keep(name));
  };
  watch();
  return {
    watch,
    async isCauseOf(thrown) {
      await new Promise(setImmediate);
      const { stdout } = errors;
      if (stdout === undefined && !readerLeft) return false;
      return thrown === stdout || (isUserError(thrown) && /stream/.test(thrown.message));
    },
    async trouble() {
      // What was written last has failed by the next turn.
      await new Promise(setImmediate);
      for (const name of ['stdout', 'stderr'] as const) process[name].removeAllListeners('error').on('error', ignore);
      const { stdout, stderr } = errors;
      const error = stdout ?? stderr;
      if (error === undefined) return undefined;
      const why = diskTrouble(error, 'send it elsewhere') ?? printable(error.message);
      return `standard ${stdout === undefined ? 'error' : 'output'}: ${why}`;
    },
  };
}

function ignore(): void {
  // reported by the exit code, or not at all
}

/** One line for what the user can fix; the whole stack for a bug. */
async function tell(thrown: unknown, command: string): Promise<number> {
  const trouble = systemTrouble(thrown);
  if (trouble !== undefined) {
    // Nothing more is loaded: where too many files are open, that would fail, too.
    process.stderr.write(`replay: ${trouble}\n`);
    return EXIT.userError;
  }
  const { plainFor } = await import('./tell-ci.js');
  // What caught the signal has reported it.
  if (thrown instanceof Interrupted) return EXIT.interrupted;
  const byParser = parserExit(thrown);
  if (byParser === EXIT.ok) return EXIT.ok;
  if (isUserError(thrown) || byParser !== undefined) {
    process.stderr.write(plainFor(process.env, `replay: ${await parserLine(thrown, command)}\n`));
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

async function parserLine(thrown: unknown, command: string): Promise<string> {
  const { parserMessage } = await import('./parser-message.js');
  return printable(parserMessage(thrown instanceof Error ? thrown : new Error(String(thrown)), command));
}
