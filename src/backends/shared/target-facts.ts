import { UserError } from '../../errors.js';
import type { TargetFacts } from '../../cloud-meters.js';

/** A fact that names the target. Throws `UserError` that says how to give it. */
export function needFact(facts: TargetFacts, key: string): string {
  const value = facts[key];
  if (value === undefined || value === '')
    throw new UserError(`--collect cloud: the run does not say its ${key}; give --collect-set ${key}=NAME`);
  return plainFact(value, key);
}

/** It becomes part of an address, a filter or a name. */
export function plainFact(text: string, key: string): string {
  if (/^[\w.:/$@-]{1,256}$/.test(text)) return text;
  throw new UserError(`--collect cloud: the ${key} has characters that no name has; give --collect-set ${key}=NAME`);
}

/** ` in us-east-1`, or nothing. */
export function inRegion({ region }: { readonly region: string | null }): string {
  return region === null ? '' : ` in ${region}`;
}
