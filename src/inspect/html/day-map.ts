import { markup, trusted, type Markup } from '../../report/html/markup.js';
import type { DailyProfile } from '../daily-profile.js';

const MOST_DAYS = 62;

/** A row for each day, a column for each hour from the start of the trace: the darker, the more arrivals. */
export function dayMap(daily: DailyProfile | null): Markup {
  if (daily === null) return trusted('');
  const days = daily.days.slice(0, MOST_DAYS);
  const most = Math.max(1, ...days.flat().map((count) => count ?? 0));
  const cells = days.flatMap((counts, day) =>
    counts.flatMap((count, hour) =>
      count === null
        ? []
        : [
            markup`<rect x="${hour * 4}" y="${day * 2}" width="3.8" height="1.8" fill-opacity="${(0.04 + (0.96 * count) / most).toFixed(3)}"><title>${`day ${String(day + 1)}, hour ${String(hour)}: ${count.toLocaleString('en-US')} arrivals`}</title></rect>`,
          ],
    ),
  );
  const cut = daily.days.length > MOST_DAYS ? ` Only the first ${String(MOST_DAYS)} days are drawn.` : '';
  return markup`<figure>
    <h3 id="days-title">Arrivals by day and hour</h3>
    <svg class="day-map" viewBox="0 0 96 ${days.length * 2}" role="img" aria-labelledby="days-title days-caption">${cells}</svg>
    <figcaption id="days-caption">A row for each day, from the top, a column for each hour, both counted from the start of the trace; the darkest has ${most.toLocaleString('en-US')} arrivals.${cut}</figcaption>
  </figure>`;
}

export const DAY_MAP_STYLE = `
.day-map { display: block; width: 100%; max-height: 40rem; }
.day-map rect { fill: var(--ink-first); }
`;
