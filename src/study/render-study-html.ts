import { markup, trusted, type Markup } from '../report/html/markup.js';
import { renderPage, type PageAssets } from '../report/html/render-page.js';
import { table } from '../report/html/table.js';
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
export function renderStudyHtml(result: StudyResult, assets: PageAssets): string {
  const sections = sectionsOf(result);
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
          ${sections.map((section, i) => sectionPart(result, section, String(i)))}
          ${error === undefined ? '' : markup`<section aria-labelledby="error-h"><h2 id="error-h">How far a prediction can be trusted</h2>${tablePart(error)}</section>`}
          ${flags === undefined ? '' : markup`<section aria-labelledby="flags-h"><h2 id="flags-h">Flags</h2>${tablePart(flags)}</section>`}`,
      foot: `Made by replay ${result.replayVersion} from study.json, which holds every number unrounded.`,
      plots: [],
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

function sectionPart(result: StudyResult, section: StudySection, id: string): Markup {
  const layers = layersTable(section);
  return markup`<section aria-labelledby="section-${id}">
    <h2 id="section-${id}"><bdi>${section.workload}</bdi>, <bdi>${section.model}</bdi></h2>
    ${studyFrontier(section, result.slo, `frontier-${id}`)}
    ${tablePart(latencyTable(section))} ${tablePart(costTable(section))}
    ${layers === undefined ? trusted('') : markup`<details><summary>Where the ranges come from</summary>${tablePart(layers)}</details>`}
  </section>`;
}

function tablePart({ title, head, rows, foot }: StudyTable): Markup {
  const words = head.flatMap((name, i) => (['source', 'flags', 'predicted from', 'models'].includes(name) ? [i] : []));
  return markup`${table({ caption: title, head, rows, words })}<p class="legend">${foot}</p>`;
}
