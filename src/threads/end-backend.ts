import type { Backend } from '../backends/backend.js';
import { checkedFacts } from '../backends/registry.js';
import { isUserError, printable } from '../errors.js';
import type { KnownSecrets } from '../secrets/known-secrets.js';

type Facts = Readonly<Record<string, string | number | boolean>>;

/** What a backend reports at its end. What fails there costs no report: it is a complaint, a note of the report. */
export interface BackendEnd {
  readonly facts: Facts;
  readonly complaints: readonly string[];
}

/** Reads the facts of a backend and closes it. `undeclared`: usage that was not kept, by name. What is returned may hold secrets. */
export async function endBackend(backend: Backend, undeclared: ReadonlySet<string>): Promise<BackendEnd> {
  const complaints = undeclared.size === 0 ? [] : [undeclaredText([...undeclared])];
  const complain = (thrown: unknown): void => {
    if (!isUserError(thrown)) throw thrown;
    complaints.push(thrown.message);
  };
  let facts: Facts = {};
  try {
    const told = checkedFacts(backend.facts?.());
    facts = told.facts;
    if (told.leftOut.length > 0) complaints.push(leftOutText(told.leftOut));
  } catch (thrown) {
    complain(thrown);
  }
  try {
    await backend.close?.();
  } catch (thrown) {
    complain(thrown);
  }
  return { facts, complaints };
}

/** The same without what no text may tell. */
export function redactEnd({ facts, complaints }: BackendEnd, secrets: KnownSecrets): BackendEnd {
  return { facts: secrets.redactFacts(facts), complaints: complaints.map((text) => secrets.hide(text)) };
}

const SHOWN = 5;

function undeclaredText(names: readonly string[]): string {
  const told = names.slice(0, SHOWN).map((name) => printable(name, 40));
  return `Outcomes of the backend had usage that it does not declare, which was not kept: ${told.join(', ')}. Its \`columns\` must name it.`;
}

function leftOutText(names: readonly string[]): string {
  const more = names.length > SHOWN ? ` and ${String(names.length - SHOWN)} more` : '';
  return `The facts that the backend told lack ${names.slice(0, SHOWN).join(', ')}${more}: a fact is a text, a finite number or true/false.`;
}
