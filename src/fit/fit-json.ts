import type { TrafficFit } from './fit-traffic.js';

/** The fit as a file: `recipe` is what `replay generate --recipe` takes, `fit` what is known of it. */
export function fitJson({ best, ...fit }: TrafficFit): string {
  const { recipe, label, logLikelihood, parameters, estimates, states } = best;
  return `${JSON.stringify({ format: 1, recipe, fit: { process: label, logLikelihood, parameters, estimates, states, ...fit } }, null, 1)}\n`;
}
