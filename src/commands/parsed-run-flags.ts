import { Parser } from '@oclif/core';
import { messageOf, UserError } from '../errors.js';
import { givenBudget } from './cost-flags.js';
import { namedService } from './named-service.js';
import { RUN_FLAGS, type RunFlags } from './run-flags.js';
import type { runRequest } from './run-request.js';
import { runTerms } from './run-terms.js';

/** The flags of `replay run` with its defaults, without environment and configuration file. Throws `UserError`. */
export async function parsedRunFlags(
  argv: readonly string[],
): Promise<{ readonly flags: RunFlags; readonly terms: Parameters<typeof runRequest>[2] }> {
  const flags = await parsed(argv);
  const terms = await runTerms(flags);
  return { flags, terms: { ...terms, ...(await givenBudget(flags.budget, terms.prices)) } };
}

async function parsed(argv: readonly string[]): Promise<RunFlags> {
  try {
    const { flags } = await Parser.parse([...argv], { flags: RUN_FLAGS, strict: true });
    return namedService({}, flags).flags;
  } catch (thrown) {
    throw thrown instanceof UserError ? thrown : new UserError(messageOf(thrown));
  }
}
