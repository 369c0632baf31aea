import type { Report } from '../report.js';

export interface VerdictWords {
  /** Its class on the page. */
  readonly kind: 'valid' | 'invalid' | 'nothing-sent';
  readonly title: string;
  /** What it means: a clause without a capital letter or full stop. */
  readonly meaning: string;
}

/** What every form of the report says of the verdict. A run that sent nothing is valid, and proves nothing. */
export function verdictWords({ verdict: { valid }, sections: { outcomes } }: VerdictFacts): VerdictWords {
  if (!valid) return { kind: 'invalid', title: 'Invalid', meaning: 'these numbers do not describe the service alone' };
  if (outcomes.unsent === outcomes.planned)
    return {
      kind: 'nothing-sent',
      title: 'Nothing was sent',
      meaning: 'the run ended before its first request; no number here says anything',
    };
  return {
    kind: 'valid',
    title: 'Valid',
    meaning: 'the generator kept to the schedule and did not distort the results',
  };
}

interface VerdictFacts {
  readonly verdict: Pick<Report['verdict'], 'valid'>;
  readonly sections: { readonly outcomes: Pick<Report['sections']['outcomes'], 'unsent' | 'planned'> };
}
