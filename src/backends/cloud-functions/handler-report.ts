import type { Outcome, Usage } from '../../sample.js';
import type { Answer } from '../shared/exchange.js';

const COLD_START = 'x-replay-cold-start';
const USAGE = 'x-replay-usage';
export const REPORT_HEADERS: readonly string[] = [COLD_START, USAGE];

/** Longer ones are not ours. */
const MAX_CHARACTERS = 512;
/** Of each quantity: what no function can reach. */
const MOST = { durationMs: 86_400_000, memoryMb: 1_048_576, initMs: 86_400_000 } as const;

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
