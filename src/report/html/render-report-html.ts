import { inPlace, type PagePart } from '../../collectors/section.js';
import { ROWS } from '../../collectors/sections.js';
import type { Report } from '../../report.js';
import { aboutRun } from './about-run.js';
import { factsOfRun } from './facts-of-run.js';
import { keyFigures } from './key-figures.js';
import { markup, trusted, type Markup } from './markup.js';
import { renderPage, type PageAssets } from './render-page.js';
import { plotsOf } from './plots.js';
import { sloBanner } from './slo-banner.js';
import { thresholdsPart } from './thresholds-part.js';
import { verdictBanner } from './verdict-banner.js';

/**
 * `report.html`: the whole report in one file that asks the network for nothing. The same report and assets give the
 * same bytes. All texts of the report are escaped, the numbers of the plots go in as JSON, and the page's own policy
 * lets no other script run.
 */
export async function renderReportHtml(report: Report, assets: PageAssets): Promise<string> {
  const parts = await pageParts();
  const plots = plotsOf(report);
  const { run } = report;
  const title = `${run.trace.name} against ${run.backend}`;
  return renderPage(
    {
      kind: 'replay report',
      title,
      heading: markup`<bdi>${run.trace.name}</bdi> against <bdi>${run.backend}</bdi>`,
      when: when(report),
      numbers: 'latency',
      main: markup`<div class="verdicts">${verdictBanner(report)} ${sloBanner(report)}</div>
          ${keyFigures(report)} ${aboutRun(report)} ${thresholdsPart(report)} ${notes(report)}
          <p class="keys">
            In a plot: drag to zoom, double-click to see all again. By keyboard: <kbd>Tab</kbd> to a plot, <kbd>←</kbd>
            <kbd>→</kbd> read its values, <kbd>+</kbd> <kbd>−</kbd> zoom, <kbd>Esc</kbd> shows all. Plots against time
            move together.
          </p>
          <noscript>
            <p class="noscript">The plots need JavaScript. The tables and report.json hold the numbers.</p>
          </noscript>
          ${parts.map((part) => markup`${part(report)}`)}
          <section id="facts" aria-labelledby="facts-h">
            <h2 id="facts-h">Facts of the run</h2>
            ${factsOfRun(report)}
          </section>`,
      foot: `Made by replay ${run.replayVersion} from report.json, which holds every number unrounded.`,
      plots,
    },
    assets,
  );
}

/** Loaded here: only a page needs them. */
async function pageParts(): Promise<PagePart[]> {
  const loaded = await Promise.all(inPlace(ROWS.map(({ page }) => page)).map((page) => page.load()));
  return loaded.map(({ pagePart }) => pagePart);
}

function when({ run }: Report): string {
  const clock = run.startedAt === null ? 'virtual time' : run.startedAt.slice(0, 19).replace('T', ' ') + ' UTC';
  const tags = Object.entries(run.tags ?? {}).map(([key, value]) => `${key}=${value}`);
  return [clock, run.id, ...tags].join(' · ');
}

function notes({ run: { notes: texts, stopReason } }: Report): Markup {
  const all = [...(stopReason === null ? [] : [`Stopped before its end: ${stopReason}.`]), ...texts];
  if (all.length === 0) return trusted('');
  return markup`<aside class="notes" aria-label="Notes">
    <ul>
      ${all.map((text) => markup`<li>${text}</li>`)}
    </ul>
  </aside>`;
}
