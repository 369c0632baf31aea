import { TimeTally } from '../live/time-tally.js';
import type { Watched } from '../watched.js';
import type { Health } from './health.js';

const BOUNDS_SECONDS = [
  0.00001, 0.000025, 0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.1, 1,
] as const;

export const HEALTH_WATCHED: Watched<Health> = {
  open() {
    const lateness = new TimeTally(BOUNDS_SECONDS);
    return {
      add({ rows, releaseMs, handedMs }) {
        for (let i = 0; i < rows; i++) lateness.add((handedMs[i] as number) - (releaseMs[i] as number));
      },
      soFar: () => ({ lateness: lateness.soFar() }),
    };
  },
  measurements: [
    {
      name: 'replay.lateness',
      help: 'Hand-over - release: how late the generator was',
      unit: 's',
      kind: 'histogram',
      read: ({ lateness }) => lateness,
    },
  ],
};
