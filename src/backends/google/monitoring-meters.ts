import type { CloudMeters, TargetFacts } from '../../cloud-meters.js';
import { COUNTED_PERHAPS } from '../../cloud-record.js';
import { needFact, plainFact } from '../shared/target-facts.js';

export interface GooglePlace {
  /** Id or number. */
  readonly project: string;
  /** Null: any. */
  readonly region: string | null;
}

/** What the meters of every service on Google Cloud have in common: a request that is turned away may be counted. */
export const CLOUD_MONITORING: Pick<CloudMeters, 'source' | 'counting'> = {
  source: 'cloud-monitoring',
  counting: {
    errors: ['function-error', 'server-error'],
    perhaps: [...COUNTED_PERHAPS, 'rejected', 'throttled'],
  },
};

/** `implied`: what the address of the service says. */
export function googlePlace(
  facts: TargetFacts,
  env: TargetFacts,
  implied: { readonly project: string | undefined; readonly region: string | undefined },
): GooglePlace {
  const project = facts['project'] ?? implied.project ?? env['GOOGLE_CLOUD_PROJECT'];
  const region = facts['region'] ?? implied.region ?? null;
  return { project: needFact({ project }, 'project'), region: region === null ? null : plainFact(region, 'region') };
}
