import { createHash } from 'node:crypto';
import type { Report } from '../../report.js';
import { cloudPart } from './cloud-part.js';
import { costPart } from './cost-part.js';
import { factsOfRun } from './facts-of-run.js';
import { healthPart } from './health-part.js';
import { keyFigures } from './key-figures.js';
import { latencyPart } from './latency-part.js';
import { loadPart } from './load-part.js';
import { markup, scriptJson, trusted, type Markup } from './markup.js';
import { plotsOf } from './plots.js';
import { thresholdsPart } from './thresholds-part.js';
import { verdictBanner } from './verdict-banner.js';

/** What runs in the page and how it looks: the same for every report. */
export interface PageAssets {
  readonly script: string;
  readonly style: string;
}

/**
 * `report.html`: the whole report in one file that asks the network for nothing. The same report and assets give the
 * same bytes. All texts of the report are escaped, the numbers of the plots go in as JSON, and the page's own policy
 * lets no other script run.
 */
export function renderReportHtml(report: Report, { script, style }: PageAssets): string {
  const plots = plotsOf(report);
  const { run } = report;
  const title = `${run.trace.name} against ${run.backend}`;
  const page = markup`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content="${policy(script, style)}" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${title} – replay report</title>
        <link rel="icon" href="data:," />
        <style>${inElement(style, 'style')}</style>
      </head>
      <body>
        <a class="skip" href="#latency">Skip to the numbers</a>
        <header>
          <p class="kind">replay report</p>
          <h1><bdi>${run.trace.name}</bdi> against <bdi>${run.backend}</bdi></h1>
          <p class="when">${when(report)}</p>
        </header>
        <main>
          ${verdictBanner(report)} ${thresholdsPart(report)} ${keyFigures(report)} ${notes(report)}
          <p class="keys">
            In a plot: drag to zoom, double-click to see all again. By keyboard: <kbd>Tab</kbd> to a plot, <kbd>←</kbd>
            <kbd>→</kbd> read its values, <kbd>+</kbd> <kbd>−</kbd> zoom, <kbd>Esc</kbd> shows all. Plots against time
            move together.
          </p>
          <noscript>
            <p class="noscript">The plots need JavaScript. The tables and report.json hold the numbers.</p>
          </noscript>
          ${latencyPart(report)} ${loadPart(report)} ${healthPart(report)}
          ${costPart(
            report,
            plots.some(({ id }) => id === 'cost'),
          )}
          ${cloudPart(report)}
          <section id="facts" aria-labelledby="facts-h">
            <h2 id="facts-h">Facts of the run</h2>
            ${factsOfRun(report)}
          </section>
        </main>
        <footer>
          <p>Made by replay ${run.replayVersion} from report.json, which holds every number unrounded.</p>
        </footer>
        <script type="application/json" id="plots">${trusted(scriptJson(plots))}</script>
        <script type="module">${inElement(script, 'script')}</script>
      </body>
    </html>
`;
  return page.html;
}

function when({ run }: Report): string {
  const clock = run.startedAt === null ? 'virtual time' : run.startedAt.slice(0, 19).replace('T', ' ') + ' UTC';
  const workers = `${String(run.workers)} worker${run.workers === 1 ? '' : 's'}`;
  const speed = run.speed === 1 ? [] : [`speed ${String(run.speed)}×`];
  return [clock, workers, `${run.pacing.used} pacing`, ...speed, run.id].join(' · ');
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

/** Only the script and the style of this very page; nothing from anywhere. */
export function policy(script: string, style: string): string {
  const hash = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
  return `default-src 'none'; script-src ${hash(script)}; style-src ${hash(style)}; img-src data:; base-uri 'none'; form-action 'none'`;
}

/** Our own text between the tags of a raw element; it must not end the element or open a comment in it. */
export function inElement(text: string, element: 'script' | 'style'): Markup {
  if (text.toLowerCase().includes(`</${element}`) || text.includes('<!--'))
    throw new Error(`an asset of the page holds what would end its ${element} element`);
  return trusted(text);
}
