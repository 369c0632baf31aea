import type { HealthSection, Report, Shift, Spread } from '../../report.js';
import { countText, durationText } from '../../report/html/figure-text.js';
import { markup, type Markup } from '../../report/html/markup.js';
import { plotPlace } from '../../report/html/plot-place.js';
import { table } from '../../report/html/table.js';

const MOST_STRAYING = 20;

/** How well the instrument worked. */
export function pagePart(report: Report): Markup {
  const { health } = report.sections;
  if (report.run.time === 'virtual' && !((health.lateness.maxMs ?? 0) > 0)) return nothingIsLate();
  return markup`<section id="health" aria-labelledby="health-h">
    <h2 id="health-h">Our own share</h2>
    ${report.run.time === 'virtual' ? '' : plotPlace('own-share', 'Lateness and connection wait', 'By the second of release, log scale, 0 drawn at 1 µs: how late requests were handed over, and how long the unluckiest waited for a connection.')}
    ${spreads(health)}
    ${health.connectionWait.maxMs === null && health.lateness.maxMs !== null ? markup`<p class="legend">Connection wait is not known: the backend cannot tell it apart. Service counts from the first byte where that is seen, else from the hand-over.</p>` : ''}
    <p class="legend">${countText(health.lateOver1Ms)} requests were handed over more than 1 ms late.</p>
    ${shifts('What our own share does to the response', health.shifts)}
    ${health.busiest === null ? '' : shifts('The same in the busiest tenth of the seconds', health.busiest.shifts)}
    ${straying(health)}
    ${stops(health)}
  </section>`;
}

/** Rows of zeros would say no more. */
function nothingIsLate(): Markup {
  return markup`<section id="health" aria-labelledby="health-h">
    <h2 id="health-h">Our own share</h2>
    <p>Time was virtual: every request was handed over exactly when it was due, and nothing of the generator is in the numbers.</p>
  </section>`;
}

function spreads({ lateness, connectionWait, handshake, receiveUncertainty, busiest }: HealthSection): Markup {
  const row = (name: string, { p50Ms, p99Ms, p999Ms, maxMs }: Spread): [string, ...string[]] => [
    name,
    ...[p50Ms, p99Ms, p999Ms, maxMs].map((ms) => durationText(ms)),
  ];
  return table({
    caption: 'Lateness, waits and uncertainty',
    head: ['', 'p50', 'p99', 'p99.9', 'max'],
    rows: [
      row('Lateness', lateness),
      ...(busiest === null ? [] : [row(`Lateness, busiest ${countText(busiest.seconds)} s`, busiest.lateness)]),
      row('Connection wait', connectionWait),
      row(`Handshake of ${countText(handshake.count)} requests`, handshake),
      row('Receive uncertainty', receiveUncertainty),
    ],
  });
}

function shifts(caption: string, all: readonly Shift[]): Markup | string {
  if (all.length === 0) return '';
  return table({
    caption,
    head: ['', 'statistic', 'as reported', 'without it', 'moved by'],
    rows: all.map(({ cause, statistic, reportedMs, withoutMs }) => [
      cause.replace('-', ' '),
      statistic,
      durationText(reportedMs),
      durationText(withoutMs),
      durationText(Math.abs(reportedMs - withoutMs)),
    ]),
    words: [1],
  });
}

/** The worst of them. */
function straying({ strayingSeconds }: HealthSection): Markup | string {
  if (strayingSeconds.length === 0) return '';
  const worst = [...strayingSeconds]
    .sort((a, b) => Math.abs(b.handed - b.due) - Math.abs(a.handed - a.due) || a.second - b.second)
    .slice(0, MOST_STRAYING);
  const more = strayingSeconds.length - worst.length;
  return table({
    caption: `Seconds that strayed from the schedule${more > 0 ? ` (${countText(more)} more in report.json)` : ''}`,
    head: ['second', 'due', 'handed over'],
    rows: worst.map(({ second, due, handed }) => [String(second), countText(due), countText(handed)]),
  });
}

function stops({ stops: all }: HealthSection): Markup | string {
  if (all === null || all.count === 0) return '';
  const more = all.count - all.longest.length;
  return table({
    caption: `When the process was stopped (SIGSTOP, a paused container, or steal)${more > 0 ? `; ${countText(more)} shorter stops left out` : ''}`,
    head: ['second', 'stopped for'],
    rows: all.longest.map(({ atMs, lengthMs }) => [(atMs / 1000).toFixed(1), durationText(lengthMs)]),
  });
}
