import { nearest } from '../text/nearest.js';
import { hereFor } from './peers-flags.js';

interface Flag {
  readonly name: string;
  readonly char?: string;
  readonly aliases?: readonly string[];
  readonly allowNo?: boolean;
}

interface Arg {
  readonly name: string;
  readonly description?: string;
  readonly options?: readonly string[];
}

/** What the parser throws, as far as it is known here. */
interface Thrown {
  readonly message: string;
  readonly flags?: unknown;
  readonly args?: unknown;
  readonly parse?: { readonly input?: { readonly flags?: Readonly<Record<string, Flag>> } };
}

/** Examples of what a missing argument may be, by command. */
const ARGUMENTS: Readonly<Record<string, string>> = {
  report: 'give the folder of a run: replay report runs/NAME',
  export: 'give the folder of a run: replay export runs/NAME --format csv',
  generate: 'give the process: replay generate poisson --rate 50/s --duration 1m',
  completion: 'give the shell: replay completion bash',
};

/** One line for an error of the parser: what is wrong with the command line, and what to write. */
export function parserMessage(thrown: Thrown, command: string): string {
  const { flags, args } = thrown;
  if (isTexts(flags) && flags.length > 0) return unknownFlag(flags, command, flagsOf(thrown));
  if (Array.isArray(args) && args.length > 0)
    return isTexts(args) ? unexpected(args, command) : missing(args as readonly Arg[], command);
  return plain(thrown.message, command);
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((one) => typeof one === 'string');
}

function flagsOf({ parse }: Thrown): readonly Flag[] {
  return Object.values(parse?.input?.flags ?? {});
}

/** The first is reported; the others follow when it is right. */
function unknownFlag([flag = '']: readonly string[], command: string, known: readonly Flag[]): string {
  const here = hereFor(flag);
  const near = flag.startsWith('--') ? nearest(flag.slice(2), known.flatMap(longNames)) : undefined;
  const hint = here ?? (near === undefined ? `see replay ${command} --help` : `did you mean --${near}?`);
  return `replay ${command} has no flag ${flag}; ${hint}`;
}

function longNames({ name, aliases = [], allowNo = false }: Flag): string[] {
  return [name, ...aliases, ...(allowNo ? [`no-${name}`] : [])];
}

function unexpected(args: readonly string[], command: string): string {
  const [first = ''] = args;
  if (/^[a-z]+:\/\//i.test(first)) return `${first} is one argument too many; give the service with --url ${first}`;
  const what = args.length === 1 ? `${first} is one argument` : `${args.join(', ')} are arguments`;
  return `${what} too many for replay ${command}; see replay ${command} --help`;
}

function missing(args: readonly Arg[], command: string): string {
  const [{ name, options } = { name: '' }] = args;
  const choices = options === undefined ? '' : ` (${options.join(', ')})`;
  return `${name}${choices} is missing; ${ARGUMENTS[command] ?? `see replay ${command} --help`}`;
}

/** Without the parser's frame around what a flag's reader says. */
function plain(message: string, command: string): string {
  const bare = message.replace(/\s*See more help with --help\s*$/, '').replace(/^Parsing --\S+\s+/, '');
  const [, flag] = /Missing required flag (\S+)/.exec(bare) ?? [];
  if (flag !== undefined) return `--${flag} is missing; see replay ${command} --help`;
  const [, alone] = /^Flag (--\S+) expects a value$/.exec(bare) ?? [];
  if (alone !== undefined) return `${alone} needs a value; see replay ${command} --help`;
  const [, given = '', choices] = /^Expected (.*) to be one of: (.*)$/s.exec(bare) ?? [];
  if (choices === undefined) return bare;
  const near = nearest(given.replace(/^--[\w-]+=/, ''), choices.split(', '));
  return `${given.replace(/^(--[\w-]+)=/, '$1 ')}: give one of ${choices}${near === undefined ? '' : `; did you mean ${near}?`}`;
}
