import { figureOf } from '../../metric.js';
import type { Report } from '../../report.js';
import { markup, type Markup } from './markup.js';

/** Failed thresholds beyond these are in the table. */
const MOST = 5;

/** Whether the service kept what was asked of it, which is another question than whether the numbers can be believed. */
export function sloBanner({ sections: { thresholds = [], outcomes }, verdict }: Report): Markup {
  const failed = thresholds.filter(({ ok }) => !ok);
  if (thresholds.length === 0)
    return markup`<section class="verdict slo-none" aria-label="Service-level objectives">
      <p class="asks">Did the service keep its limits?</p>
      <p><strong>No SLO given</strong> Give limits with --threshold, such as ${'all.p(99)<200ms'}.</p>
    </section>`;
  const doubt =
    verdict.valid || outcomes.planned === 0
      ? ''
      : ' The run is invalid, though: the generator may have moved these numbers.';
  if (failed.length === 0)
    return markup`<section class="verdict slo-met" aria-label="Service-level objectives">
      <p class="asks">Did the service keep its limits?</p>
      <p><strong>SLO met</strong> ${thresholds.length === 1 ? 'The threshold holds.' : `All ${String(thresholds.length)} thresholds hold.`}${doubt}</p>
    </section>`;
  return markup`<section class="verdict slo-missed" aria-label="Service-level objectives">
    <p class="asks">Did the service keep its limits?</p>
    <p><strong>SLO not met</strong> ${String(failed.length)} of ${String(thresholds.length)} thresholds failed.${doubt}</p>
    <ul>
      ${failed.slice(0, MOST).map(({ text, actual, unit, why }) => markup`<li>${text}: ${actual === null ? (why ?? 'it is unknown') : `it was ${figureOf(actual, unit)}`}</li>`)}
    </ul>
  </section>`;
}
