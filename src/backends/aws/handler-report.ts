import { STAGE_NAMES, type Outcome, type Usage, type UsageName } from '../../sample.js';
import type { Answer } from '../wire/exchange.js';

const COLD_START = 'x-replay-cold-start';
const USAGE = 'x-replay-usage';
export const REPORT_HEADERS: readonly string[] = [COLD_START, USAGE];

/** Longer ones are not ours. */
const MAX_CHARACTERS = 512;
/** Of each quantity: what no function can reach. */
const MOST_MS = 86_400_000;
const MOST: Readonly<Partial<Record<keyof Usage, number>>> = {
  durationMs: MOST_MS,
  memoryMb: 1_048_576,
  initMs: MOST_MS,
  // Of many threads at once.
  cpuMs: 1000 * MOST_MS,
  ...Object.fromEntries(STAGE_NAMES.map((name) => [name, MOST_MS])),
};

/** What of usage a report can have. */
export const REPORTED_NAMES = Object.keys(MOST) as UsageName[];

/** What our handlers tell of an invocation in headers of the answer. What is absent, or is not as documented, is not known. */
export function handlerReport({ headers }: Pick<Answer, 'headers'>): Pick<Outcome, 'serverMs' | 'coldStart' | 'usage'> {
  const cold = headers[COLD_START];
  const text = headers[USAGE];
  const usage = text === undefined ? undefined : parseUsage(text);
  return {
    ...(cold === 'cold' || cold === 'warm' ? { coldStart: cold } : {}),
    ...(usage === undefined ? {} : { usage }),
    ...(usage?.durationMs === undefined ? {} : { serverMs: usage.durationMs }),
  };
}

/** The line of a function's log that reports what the header reports over HTTP; as a field of a JSON log its quotes are escaped. */
const LOG_LINE = /\bx-replay-usage (\{[^{}]{0,768}\})/g;

/** What the platform does not know, in a function's log: the stages of a cold start, and its CPU time. */
export function untoldInLog(log: string): Usage | undefined {
  if (!log.includes(USAGE)) return undefined;
  const text = [...log.matchAll(LOG_LINE)].at(-1)?.[1]?.replaceAll('\\"', '"');
  const told = text === undefined ? undefined : parseUsage(text);
  if (told === undefined) return undefined;
  return Object.fromEntries(
    [...STAGE_NAMES, 'cpuMs' as const].flatMap((name) => (told[name] === undefined ? [] : [[name, told[name]]])),
  );
}

function parseUsage(text: string): Usage | undefined {
  if (text.length > MAX_CHARACTERS) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const told = Object.entries(MOST).filter(([name]) => Object.hasOwn(value, name));
  const quantities = told.map(([name, most]) => [name, quantity(value[name as keyof typeof value], most)] as const);
  // One that is wrong makes the rest doubtful.
  if (quantities.length === 0 || quantities.some(([, amount]) => amount === undefined)) return undefined;
  return Object.fromEntries(quantities);
}

function quantity(value: unknown, most: number): number | undefined {
  return typeof value === 'number' && value >= 0 && value <= most ? value : undefined;
}
