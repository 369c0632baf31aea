import type { CloudMeters } from '../cloud-meters.js';
import { printable, UserError } from '../errors.js';
import { nearest } from '../text/nearest.js';

/** The meters of a backend. Throws `UserError` where it has none, and for settings that they do not know. */
export function checkCollecting(
  { name, meters }: { readonly name: string; readonly meters?: CloudMeters },
  settings: Readonly<Record<string, string | undefined>>,
): CloudMeters {
  if (meters === undefined)
    throw new UserError(
      `--collect cloud reads the meters of a cloud provider; backend ${printable(name, 60)} has none`,
    );
  for (const key of Object.keys(settings)) {
    if (meters.settings.includes(key)) continue;
    const near = nearest(key, meters.settings);
    const hint = near === undefined ? '' : `; did you mean ${near}?`;
    throw new UserError(
      `--collect-set ${printable(key, 60)}: backend ${name} knows ${meters.settings.join(', ')} there${hint}`,
    );
  }
  return meters;
}
