import type { CloudMeters, TargetFacts } from '../../cloud-meters.js';
import { COUNTED_PERHAPS } from '../../cloud-record.js';

/** Null: from the environment or the profile. */
export interface AwsPlace {
  readonly region: string | null;
  readonly profile: string | null;
}

/** What the meters of every service on AWS have in common. */
export const CLOUDWATCH: Pick<CloudMeters, 'source' | 'counting'> = {
  source: 'cloudwatch',
  counting: { errors: ['function-error'], perhaps: COUNTED_PERHAPS },
};

export function awsPlace({ region, profile }: TargetFacts): AwsPlace {
  return { region: region ?? null, profile: profile ?? null };
}
