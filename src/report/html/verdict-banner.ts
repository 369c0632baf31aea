import type { Report } from '../../report.js';
import { markup, type Markup } from './markup.js';

/** Reasons beyond these are in the JSON report. */
const MOST_REASONS = 50;

/** Whether to believe the numbers, before any number. */
export function verdictBanner({ verdict: { valid, reasons }, sections: { outcomes } }: Report): Markup {
  const asks = markup`<p class="asks">Can the numbers be believed?</p>`;
  if (valid && outcomes.unsent === outcomes.planned) {
    return markup`<section class="verdict" aria-label="Verdict">
      ${asks}
      <p><strong>Nothing was sent</strong> The run ended before its first request; no number here says anything.</p>
    </section>`;
  }
  if (valid) {
    return markup`<section class="verdict valid" aria-label="Verdict">
      ${asks}
      <p><strong>Valid</strong> The generator kept to the schedule and did not distort the results.</p>
    </section>`;
  }
  const rest = reasons.length - MOST_REASONS;
  return markup`<section class="verdict invalid" aria-label="Verdict">
    ${asks}
    <p><strong>Invalid</strong> These numbers do not describe the service alone.</p>
    <ul>
      ${reasons.slice(0, MOST_REASONS).map((reason) => markup`<li>${reason}</li>`)}${rest > 0 ? markup`<li>And ${rest} more; see report.json.</li>` : ''}
    </ul>
  </section>`;
}
