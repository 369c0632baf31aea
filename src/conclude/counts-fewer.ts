import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { OutcomesSection, Report } from '../report.js';
import { RUN_FILES } from '../run-folder/run-files.js';

type Counted = Pick<OutcomesSection, 'planned' | 'unsent' | 'failures'>;

/**
 * How many requests the report.json of a folder knows the outcome of, where that is more than `report` does: its sample log
 * lost rows since, or never had them. Undefined: there is none, or none of the same run that knows more.
 */
export function countsFewer(
  folder: string,
  report: Report,
): { readonly kept: number; readonly now: number } | undefined {
  const found = storedOutcomes(folder, report.run.id);
  if (found === undefined) return undefined;
  const [kept, now] = [knownOutcomes(found), knownOutcomes(report.sections.outcomes)];
  return kept > now ? { kept, now } : undefined;
}

function knownOutcomes({ planned, unsent, failures }: Counted): number {
  return planned - unsent - (failures.unknown ?? 0);
}

/** A file that is no report is worth nothing, and may be replaced. */
function storedOutcomes(folder: string, id: string): Counted | undefined {
  try {
    const stored = JSON.parse(readFileSync(join(folder, RUN_FILES.report), 'utf8')) as Report;
    return stored.run.id === id ? stored.sections.outcomes : undefined;
  } catch {
    return undefined;
  }
}
