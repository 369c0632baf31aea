import { markup, trusted, type Markup } from '../report/html/markup.js';
import { renderPage, type PageAssets } from '../report/html/render-page.js';
import { plotPlace, stripAbove } from '../report/html/plot-place.js';
import type { PlotSpec } from '../report/html/plot-spec.js';
import { table } from '../report/html/table.js';
import { studyBatches } from './study-batches.js';
import { pairOf, type PairNames } from './chosen-pair.js';
import { studyPlots, type RunReports } from './study-plots.js';
import { studyTornado } from './study-tornado.js';
import { studyStages } from './study-stages.js';
import { studyFrontier } from './study-frontier.js';
import { sourcesOf } from './render-study-markdown.js';
import { STUDY_STYLE } from './study-style.js';
import {
  costTable,
  dimensions,
  errorTable,
  flagsTable,
  latencyTable,
  layersTable,
  sectionsOf,
  type StudySection,
  type StudyTable,
} from './study-tables.js';
import type { Answer, StudyResult } from './study-result.js';

/** study.html: one file that asks the network for nothing. The answer comes first. */
export function renderStudyHtml(
  result: StudyResult,
  reports: RunReports,
  assets: PageAssets,
  pair?: PairNames,
): string {
  const sections = sectionsOf(result);
  const plots = sections.map((section, i) =>
    studyPlots(
      section,
      reports,
      pairOf(
        section.cells.filter((cell) => reports.has(cell)),
        result.answers,
        pair,
      ),
      String(i),
    ),
  );
  const error = errorTable(result);
  const flags = flagsTable(result);
  return renderPage(
    {
      kind: 'replay study',
      title: result.name,
      heading: markup`Which system should I choose? <bdi>${result.name}</bdi>`,
      when: sourcesOf(result),
      numbers: 'studied',
      main: markup`<p class="legend">Asked of every system: <strong>${result.slo.join(' and ')}</strong>. An answer is the cheapest system that meets it in at least 90 % of the draws.</p>
          <div class="answers">${result.answers.map(answerPart)}</div>
          <section id="studied" aria-labelledby="studied-h"><h2 id="studied-h">What was studied</h2>${tablePart(dimensions(result))}</section>
          ${sections.map((section, i) => sectionPart(result, section, reports, plots[i] ?? [], String(i)))}
          ${error === undefined ? '' : markup`<section aria-labelledby="error-h"><h2 id="error-h">How far a prediction can be trusted</h2>${tablePart(error)}</section>`}
          ${flags === undefined ? '' : markup`<section aria-labelledby="flags-h"><h2 id="flags-h">Flags</h2>${tablePart(flags)}</section>`}`,
      foot: `Made by replay ${result.replayVersion} from study.json, which holds every number unrounded.`,
      plots: plots.flat(),
    },
    { script: assets.script, style: `${assets.style}\n${STUDY_STYLE}` },
  );
}

function answerPart({ workload, model, recommended, headline, reasons }: Answer): Markup {
  return markup`<section class="answer${recommended === null ? ' none' : ''}" aria-label="Answer for ${workload}, ${model}">
    <h3><bdi>${workload}</bdi>, <bdi>${model}</bdi></h3>
    <p>${headline}</p>
    <ul>${reasons.map((reason) => markup`<li>${reason}</li>`)}</ul>
  </section>`;
}

function sectionPart(
  result: StudyResult,
  section: StudySection,
  reports: RunReports,
  plots: readonly PlotSpec[],
  id: string,
): Markup {
  const layers = layersTable(section);
  return markup`<section aria-labelledby="section-${id}">
    <h2 id="section-${id}"><bdi>${section.workload}</bdi>, <bdi>${section.model}</bdi></h2>
    ${studyFrontier(section, result.slo, `frontier-${id}`)}
    ${studyBatches(section, `batch-${id}`)} ${overTime(plots, id)} ${studyStages(section, reports)}
    ${tablePart(latencyTable(section))} ${tablePart(costTable(section))}
    ${layers === undefined ? trusted('') : markup`<details><summary>Where the ranges come from</summary>${tablePart(layers)}</details>`}
    ${studyTornado(section, result)}
  </section>`;
}

/** One full run of each system, not the median of the draws. */
function overTime(plots: readonly PlotSpec[], id: string): Markup {
  if (plots.length === 0) return trusted('');
  const mean = stripAbove(
    { id: `load-${id}`, title: 'Offered load' },
    { id: `mean-${id}`, title: 'Mean latency over time of two systems' },
    'Of the successes of one full run of each, by when they were due; log scale. The two are those of --pair, or the recommended system and the next best.',
  );
  const hasInstances = plots.some((plot) => plot.id === `instances-${id}`);
  return markup`${mean}<div class="pair">${plotPlace(`success-${id}`, 'Success over time', 'Successes of the requests due, of the same two runs.')}
    ${hasInstances ? plotPlace(`instances-${id}`, 'Instances over time', 'Instances that are there or starting, in one full run of each system, of at most eight; log scale.') : ''}</div>`;
}

function tablePart({ title, head, rows, foot }: StudyTable): Markup {
  const words = head.flatMap((name, i) => (['source', 'flags', 'predicted from', 'models'].includes(name) ? [i] : []));
  const broken = rows.map(([name, ...cells]) => [name, ...cells.map(rangeBelow)] as const);
  return markup`${table({ caption: title, head, rows: broken, words })}<p class="legend">${foot}</p>`;
}

/** `44 ms (24 ms to 74 ms)` on two lines, so that a table of ranges is no wider than the page. */
function rangeBelow(text: string): string {
  return text.replace(/ (\([^()]* to [^()]*\))$/, '\n$1');
}
