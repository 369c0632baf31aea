import { markup, trusted, type Markup } from '../../report/html/markup.js';
import { notesAside } from '../../report/html/notes-aside.js';
import { plotPlace, stripAbove } from '../../report/html/plot-place.js';
import type { PlotSpec } from '../../report/html/plot-spec.js';
import { renderPage, type PageAssets } from '../../report/html/render-page.js';
import { table } from '../../report/html/table.js';
import type { Comparison } from '../comparison.js';
import { loadOf, sectionsOf, tablesOf, type Section, type TextTable } from '../tables.js';
import { bars } from './bars.js';
import { bestFirst } from './best-first.js';
import { batchCharts } from './batch-chart.js';
import { COMPARE_STYLE } from './compare-style.js';
import { frontierChart } from './frontier-chart.js';
import { MOST_CURVES } from './inks.js';
import { percentilePlot } from './percentile-plot.js';
import { timePlots } from './time-plots.js';

/** The page of a comparison: one file that asks the network for nothing, by the means and under the policy of report.html. */
export function renderCompareHtml(given: Comparison, assets: PageAssets): string {
  const comparison = bestFirst(given);
  const sections = sectionsOf(comparison);
  const plots = sections.map((section, i) => [...percentilePlot(section, String(i)), ...timePlots(section, String(i))]);
  const title = comparison.workloads.map(({ label }) => label).join(', ');
  return renderPage(
    {
      kind: 'replay comparison',
      title,
      heading: markup`<bdi>${title}</bdi>`,
      when: extent(comparison),
      numbers: 'tables',
      main: markup`${judged(comparison)} ${notesAside(comparison.notes)} ${bars(comparison)}
          <p class="legend">
            Sorted by ${comparison.frontierMetric.name}, the best first. Bars are means over the runs of each system, to
            one scale within a workload; lines over them are 95 % intervals. In p99 of all, a request that failed counts as
            infinite. SLO: whether all thresholds of all runs held.
          </p>
          <noscript>
            <p class="noscript">The plots against time need JavaScript; all else is here.</p>
          </noscript>
          ${sections.map((section, i) => sectionPart(section, comparison, plots[i] ?? [], String(i)))}
          <section id="tables" aria-labelledby="tables-h">
            <h2 id="tables-h">Numbers</h2>
            ${tablesOf(comparison).map(tablePart)} ${runsTable(comparison)}
          </section>`,
      foot: 'Made by replay compare; --format json holds every number unrounded.',
      plots: plots.flat(),
    },
    { script: assets.script, style: `${assets.style}\n${COMPARE_STYLE}` },
  );
}

function extent({ groups, workloads }: Comparison): string {
  const runs = groups.reduce((sum, group) => sum + group.runs.length, 0);
  const plural = (n: number, what: string): string => `${String(n)} ${what}${n === 1 ? '' : 's'}`;
  const systems = new Set(groups.map(({ label }) => label)).size;
  return [plural(systems, 'system'), plural(workloads.length, 'workload'), plural(runs, 'run')].join(' · ');
}

/** What the regression gate found, before any number. */
function judged({ judgements }: Comparison): Markup {
  if (judgements.length === 0) return trusted('');
  const failed = judgements.filter(({ verdict }) => verdict === 'regression').length;
  return markup`<section class="verdict ${failed > 0 ? 'slo-missed' : 'slo-met'}" aria-label="Regression gate">
    <p><strong>${failed > 0 ? 'Regression' : 'No regression'}</strong> ${failed} of ${judgements.length} rules failed.</p>
    <ul>
      ${judgements.map(({ rule, of, against, workload, verdict, why }) => markup`<li>${verdict}: <bdi>${of}</bdi> against <bdi>${against}</bdi> under <bdi>${workload}</bdi>, ${rule}: ${why}.</li>`)}
    </ul>
  </section>`;
}

function sectionPart(section: Section, { frontierMetric }: Comparison, plots: readonly PlotSpec[], id: string): Markup {
  const { workload, model, groups } = section;
  const more = groups.length > MOST_CURVES ? ` Only the first ${String(MOST_CURVES)} systems are drawn.` : '';
  const place = (name: string, title: string, caption: string): Markup =>
    plotPlace(`${name}-${id}`, title, caption + more);
  const shown = new Set(plots.map((plot) => plot.id.slice(0, plot.id.lastIndexOf('-'))));
  const overTime = shown.has('mean')
    ? stripAbove(
        { id: `load-${id}`, title: 'Offered load' },
        { id: `mean-${id}`, title: 'Mean latency over time' },
        `Response of the successes of all counted runs, by when they were due; log scale.${more}`,
      )
    : '';
  return markup`<section aria-labelledby="section-${id}">
    <h2 id="section-${id}"><bdi>${workload.label}</bdi>${model === null ? '' : markup`, <bdi>${model}</bdi>`}: ${loadOf(workload)}</h2>
    ${frontierChart(groups, frontierMetric, `frontier-${id}`)} ${batchCharts(groups, `batch-${id}`)}
    ${shown.has('percentiles') ? place('percentiles', 'Latency by percentile', 'Of all requests, the median over the runs of each system; each further nine takes the same room, log scale. Where a line ends, requests failed or were never sent.') : ''}
    ${overTime}
    ${shown.has('p99') ? place('p99', 'p99 over time', 'Of the successes of each stretch of time, the median over the runs; log scale.') : ''}
    ${shown.has('success') ? place('success', 'Success over time', 'Successes of the requests due, all counted runs together.') : shown.has('p99') ? trusted('<p class="legend">Success over time is not drawn: every request of every counted run succeeded.</p>') : ''}
  </section>`;
}

function tablePart({ title, head, rows, foot }: TextTable): Markup {
  const words = head.flatMap((name, i) => (name === 'metric' ? [i] : []));
  return markup`${table({ caption: title, head, rows, words })}
    <p class="legend">${foot.join(' ')}</p>`;
}

function runsTable({ groups }: Comparison): Markup {
  return table({
    caption: 'Runs',
    head: ['system', 'workload', 'repeat', 'standing', 'counted', 'folder'],
    rows: groups.flatMap((group) =>
      group.runs.map((run): [string, ...string[]] => [
        group.label,
        group.workload,
        run.series === null ? '' : String(run.series.repeat),
        run.standing === 'invalid' ? 'INVALID' : run.standing,
        group.counted.includes(run) ? 'yes' : 'no',
        run.folder,
      ]),
    ),
    words: [1, 3, 4, 5],
  });
}
