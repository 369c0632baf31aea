import { countText, failureTexts, successText } from '../../live/figure-texts.js';
import { OUTCOMES } from '../../sample.js';
import type { Watched } from '../watched.js';
import type { Outcomes } from './outcomes.js';

export const OUTCOMES_WATCHED: Watched<Outcomes> = {
  soFar: (fold) => fold.soFar(),
  measurements: [
    {
      name: 'replay.requests.unsent',
      help: 'Requests never sent; absent before the end',
      unit: '{request}',
      kind: 'gauge',
      read: (_progress, ending) => ending?.unsent ?? [],
    },
    {
      name: 'replay.requests',
      help: 'Requests with an outcome, by the label outcome: ok, timeout, throttled and so on',
      unit: '{request}',
      kind: 'counter',
      // Every outcome there is, also those that have not come: a counter that appears late hides its first jump.
      read: ({ ok, failures }) =>
        OUTCOMES.map((outcome) => ({
          labels: { outcome },
          value: outcome === 'ok' ? ok : (failures[outcome] ?? 0),
        })),
    },
  ],
  live: {
    place: 2,
    figures: (progress) => [
      {
        label: 'success',
        texts: [
          { text: successText(progress).padStart(8), as: progress.failed === 0 ? 'plain' : 'yellow' },
          { text: `${countText(progress.ok + progress.failed)} answered`, as: 'plain' },
          ...failureTexts(progress).map((text) => ({ text, as: 'red' }) as const),
        ],
      },
    ],
  },
};
