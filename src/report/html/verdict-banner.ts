import type { Report } from '../../report.js';
import { verdictWords } from '../verdict-words.js';
import { markup, type Markup } from './markup.js';

/** Reasons beyond these are in the JSON report. */
const MOST_REASONS = 50;

/** Whether to believe the numbers, before any number. */
export function verdictBanner(report: Report): Markup {
  const { kind, title, meaning } = verdictWords(report);
  const { reasons } = report.verdict;
  const rest = reasons.length - MOST_REASONS;
  return markup`<section class="${kind === 'nothing-sent' ? 'verdict' : `verdict ${kind}`}" aria-label="Verdict">
    <p class="asks">Can the numbers be believed?</p>
    <p><strong>${title}</strong> ${meaning.charAt(0).toUpperCase()}${meaning.slice(1)}.</p>
    ${
      reasons.length === 0
        ? ''
        : markup`<ul>
      ${reasons.slice(0, MOST_REASONS).map((reason) => markup`<li>${reason}</li>`)}${rest > 0 ? markup`<li>And ${rest} more; see report.json.</li>` : ''}
    </ul>`
    }
  </section>`;
}
