import { figureBeside } from '../../metric.js';
import type { Report, ThresholdResult } from '../../report.js';
import { markup, type Markup } from './markup.js';

/** `decided`, only of an INVALID run: the generator's own share cannot have turned the answer. */
export type Judged = ThresholdResult & { readonly decided?: boolean };

/** Thresholds beyond these are in the table. */
const MOST = 5;

/**
 * Whether the service kept what was asked of it, which is another question than whether the numbers can be believed. Of an
 * INVALID run, only an answer stands that the generator's own share cannot have turned.
 */
export function sloBanner({ sections: { thresholds = [] }, verdict: { valid } }: Report): Markup {
  if (thresholds.length === 0)
    return banner('slo-none', 'No SLO given', 'Give limits with --threshold, such as all.p(99)<200ms.', []);
  const open = thresholds.filter(({ decided }: Judged) => !valid && decided !== true);
  const failed = thresholds.filter((one) => !one.ok && !open.includes(one));
  const stands = valid ? '' : ' This stands although the run is invalid: the generator cannot have turned it.';
  const all = String(thresholds.length);
  if (failed.length > 0)
    return banner(
      'slo-missed',
      'SLO not met',
      `${String(failed.length)} of ${all} thresholds failed.${stands}`,
      failed,
    );
  if (open.length > 0)
    return banner(
      'slo-open',
      'SLO undecided',
      `The generator's own share may have turned ${String(open.length)} of ${all} thresholds.`,
      open,
    );
  return banner(
    'slo-met',
    'SLO met',
    `${thresholds.length === 1 ? 'The threshold holds.' : `All ${all} thresholds hold.`}${stands}`,
    [],
  );
}

function banner(kind: string, answer: string, sentence: string, listed: readonly ThresholdResult[]): Markup {
  const items = listed.slice(0, MOST).map((one) => markup`<li>${why(one)}</li>`);
  return markup`<section class="verdict ${kind}" aria-label="Service-level objectives">
    <p class="asks">Did the service keep its limits?</p>
    <p><strong>${answer}</strong> ${sentence}</p>
    ${items.length === 0 ? '' : markup`<ul>${items}</ul>`}
  </section>`;
}

function why({ text, actual, limit, unit, why: reason }: ThresholdResult): string {
  return `${text}: ${actual === null ? (reason ?? 'it is unknown') : `it was ${figureBeside(actual, limit, unit)}`}`;
}
