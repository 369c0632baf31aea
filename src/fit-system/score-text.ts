import { shownNumber } from './shown-number.js';
import type { Scored } from './score.js';
import { textTable } from './text-table.js';

/** A prediction beside a run, for the terminal. */
export function scoreText(scored: readonly Scored[], { draws, factor }: { draws: number; factor: number }): string {
  const inside = scored.filter(({ isInside }) => isInside).length;
  const rows = scored.map(({ what, unit, predicted, real, ratio, isInside }) => [
    what,
    shownNumber(real, unit),
    predicted.median === null ? '-' : shownNumber(predicted.median, unit),
    `${predicted.low === null ? '-' : shownNumber(predicted.low, unit)} to ${predicted.high === null ? 'infinite' : shownNumber(predicted.high, unit)}`,
    ratio === null ? '-' : ratio.toFixed(2),
    isInside ? 'inside' : 'OUTSIDE',
  ]);
  return [
    ...textTable([['', 'real', 'predicted', '10-90 %', 'ratio', ''], ...rows]),
    '',
    `${String(inside)} of ${String(scored.length)} numbers lie inside their range: 10-90 % of ${String(draws)} draws, times or over the model-error factor ${String(factor)}. Ratio: predicted over real.`,
    '',
  ].join('\n');
}
