import { BACKENDS } from '../backends/registry.js';
import type { FlagFacts, FlagTable } from './config-flags.js';
import { TOPICS } from './summaries.js';

/** A command as a shell completes it. */
export interface CompletedCommand {
  readonly name: string;
  readonly summary: string;
  /** What its first argument may be, where only some words are allowed. */
  readonly words: readonly string[];
  readonly flags: readonly CompletedFlag[];
}

export interface CompletedFlag {
  /** All ways to write it: `--out`, `--output`, `-o`. */
  readonly names: readonly string[];
  readonly summary: string;
  /** Undefined: it takes no value; empty: any. */
  readonly values?: readonly string[];
}

/** A command class, as far as it is needed here. */
interface CommandFacts {
  readonly summary?: string | undefined;
  readonly flags?: FlagTable;
  readonly args?: Readonly<Record<string, object>>;
}

/** The command table as shells complete it: commands of two words are one whose first argument is the second word. */
export function completionTable(commands: Readonly<Record<string, CommandFacts>>): CompletedCommand[] {
  const all = Object.entries(commands).map(([name, { summary = '', flags = {}, args = {} }]) => {
    const [first] = Object.values(args) as { readonly options?: readonly string[] }[];
    return { name, summary, words: first?.options ?? [], flags: Object.entries(flags).map(completedFlag) };
  });
  const topics = Object.entries(TOPICS).map(([topic, summary]) => {
    const own = all.filter(({ name }) => name.startsWith(`${topic} `));
    const flags = new Map(own.flatMap((command) => command.flags).map((flag) => [flag.names.join(), flag]));
    return {
      name: topic,
      summary,
      words: own.map(({ name }) => name.slice(topic.length + 1)),
      flags: [...flags.values()],
    };
  });
  return [...all.filter(({ name }) => !name.includes(' ')), ...topics.filter(({ words }) => words.length > 0)];
}

interface NamedFlag extends FlagFacts {
  readonly char?: string;
  readonly aliases?: readonly string[];
  readonly allowNo?: boolean;
}

function completedFlag([name, raw]: [string, object]): CompletedFlag {
  const { type, char, aliases = [], allowNo = false, options, description = '' } = raw as NamedFlag;
  const long = [name, ...aliases, ...(allowNo ? [`no-${name}`] : [])].map((one) => `--${one}`);
  const names = [...long, ...(char === undefined ? [] : [`-${char}`])];
  if (type === 'boolean') return { names, summary: description };
  return { names, summary: description, values: options ?? (name === 'backend' ? backendNames() : []) };
}

function backendNames(): string[] {
  return BACKENDS.flatMap(({ name, aliases = [] }) => [name, ...aliases]);
}
