import { messageOf, printable } from '../../errors.js';

export type Facts = Readonly<Record<string, string | number | boolean>>;

const MOST_FACTS = 100;
const MOST_NAME = 60;

/** The facts that a plugin reports, as far as a record can hold them, and the names of those that it cannot hold. */
export function checkedFacts(told: unknown): { readonly facts: Facts; readonly leftOut: readonly string[] } {
  const facts: Record<string, string | number | boolean> = {};
  const leftOut: string[] = [];
  if (told === undefined || told === null) return { facts, leftOut };
  if (typeof told !== 'object') return { facts, leftOut: [`all of it (${typeof told})`] };
  for (const name of Object.keys(told)) {
    const shown = printable(name, MOST_NAME);
    const fact = Object.keys(facts).length < MOST_FACTS ? factOf(told, name) : undefined;
    if (fact === undefined) leftOut.push(shown);
    else facts[shown] = fact;
  }
  return { facts, leftOut };
}

function factOf(told: object, name: string): string | number | boolean | undefined {
  let value: unknown;
  try {
    value = (told as Record<string, unknown>)[name];
  } catch (thrown) {
    return `(${messageOf(thrown)})`;
  }
  if (typeof value === 'string') return printable(value);
  if (typeof value === 'boolean') return value;
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined;
  if (typeof value !== 'bigint') return undefined;
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : printable(String(value));
}
