import { printable } from '../../errors.js';
import { costText } from '../../live/figure-texts.js';
import { LABEL_LIMIT } from '../../measurement.js';
import type { Watched } from '../watched.js';
import type { Cost } from './cost.js';

export const COST_WATCHED: Watched<Cost> = {
  soFar: (fold, nowMs) => ({ cost: fold.soFar(nowMs) }),
  measurements: [
    {
      name: 'replay.cost',
      help: 'What is expected to have been billed until now, with the label currency; absent where unknown',
      unit: '1',
      kind: 'counter',
      read(progress, ending) {
        const cost = ending === undefined ? progress.cost : ending.cost;
        if (cost === null) return [];
        return [{ labels: { currency: printable(cost.currency, LABEL_LIMIT) }, value: cost.amount }];
      },
    },
  ],
  live: {
    place: 3,
    figures: ({ cost }) =>
      cost === null ? [] : [{ label: 'cost', texts: [{ text: `${costText(cost)} so far`, as: 'plain' }] }],
  },
};
