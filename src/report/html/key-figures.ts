import type { Report } from '../../report.js';
import { amountText, countText, durationText, rateText, shareText } from './figure-text.js';
import { markup, type Markup } from './markup.js';

/** What most readers came for. */
export function keyFigures(report: Report): Markup {
  const { latency, health } = report.sections;
  const none = latency.all.count === 0 ? '–' : '∞';
  return markup`<dl class="key">
    ${figure('Success', shareText(report.sections.outcomes.successRatio), successNote(report))}
    ${figure('Response p50', durationText(latency.response.p50Ms), 'of successes')}
    ${figure('Response p99', durationText(latency.response.p99Ms), 'of successes')}
    ${figure('All p99', durationText(latency.all.p99Ms, none), 'failures count as infinite')}
    ${figure('Throughput', throughput(report), 'successes per second')}
    ${costFigures(report)}${report.run.time === 'virtual' ? '' : figure('Lateness p99', durationText(health.lateness.p99Ms), 'of our own hand-over')}
  </dl>`;
}

function figure(name: string, value: string, note: string): Markup {
  return markup`<div>
    <dt>${name}</dt>
    <dd>${value}</dd>
    <dd class="note">${note}</dd>
  </div>`;
}

function successNote({ sections: { outcomes } }: Report): string {
  return `${countText(outcomes.ok)} of ${countText(outcomes.planned)} planned`;
}

/** As in the text report: successes over the time until the last answer was in. */
function throughput({ run, sections: { outcomes } }: Report): string {
  const spanMs = Math.max(
    run.stopReason === null ? run.durationMs : Math.min(run.durationMs, run.endedMs),
    run.endedMs,
  );
  return spanMs > 0 ? rateText((outcomes.ok / spanMs) * 1000) : '–';
}

function costFigures({ sections: { cost } }: Report): Markup | string {
  if (cost.total === null || cost.items.length === 0) return '';
  const { perMillionSuccesses: perMillion, total, currency } = cost;
  return markup`${perMillion === null ? '' : figure('Cost per million', amountText(Number(perMillion.toPrecision(4))), `${currency} per million successes`)}
  ${figure('Cost of the run', amountText(Number(total.toPrecision(4))), currency)}`;
}
