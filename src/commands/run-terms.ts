import { LATEST_PRICES } from '../cost-terms.js';
import { givenTerms, type GivenTerms } from './cost-flags.js';
import { givenGate } from './gate-flags.js';
import type { RunFlags } from './run-flags.js';

/** What the flags of `replay run` ask of cost, thresholds and collectors. Throws `UserError`. */
export async function runTerms(flags: RunFlags): Promise<GivenTerms & Awaited<ReturnType<typeof givenGate>>> {
  return { ...(await givenTerms(flags, LATEST_PRICES)), ...(await givenGate(flags)) };
}
