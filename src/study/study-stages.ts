import { inkAt } from '../compare/html/inks.js';
import { markup, trusted, type Markup } from '../report/html/markup.js';
import { msText } from './figure-texts.js';
import { cellName } from './studied-draws.js';
import type { RunReports } from './study-plots.js';
import type { StudiedCell } from './study-result.js';
import type { StudySection } from './study-tables.js';

/** In their order, as a function times itself. */
const STAGES = [
  ['container', 'container'],
  ['import', 'library import'],
  ['download', 'model download'],
  ['load', 'model load'],
  ['firstInference', 'first inference'],
] as const;

interface Stage {
  readonly name: string;
  readonly ms: number;
  readonly ink: number;
}

/** The stages of a cold start, one bar for each system that reports them; nothing where none does. */
export function studyStages({ cells }: StudySection, reports: RunReports): Markup {
  const told = cells.flatMap((cell) => {
    const stages = stagesOf(cell, reports);
    return stages.length === 0 ? [] : [{ cell, stages }];
  });
  if (told.length === 0) return trusted('');
  const longest = Math.max(...told.map(({ stages }) => lengthOf(stages)));
  return markup`<table class="bars stages">
    <caption>Stages of a cold start</caption>
    <thead><tr><th scope="col">System</th><th scope="col">From the start of the container to the first answer</th></tr></thead>
    <tbody>${told.map(
      ({
        cell,
        stages,
      }) => markup`<tr><th scope="row">${cellName(cell)}${cell.source === 'simulated' ? ', simulated' : ''}</th>
      <td>${bar(stages, longest)}<span>${stages.map(({ name, ms }) => `${name} ${msText(ms)}`).join(', ')}; in all ${msText(lengthOf(stages))}</span></td></tr>`,
    )}</tbody>
  </table>
  <p class="legend">Means of one full run of each system. Each stage counts from the end of the one before it: what of a download goes on beside the import is not counted again.</p>`;
}

function stagesOf(cell: StudiedCell, reports: RunReports): readonly Stage[] {
  const stages = reports.get(cell)?.sections.coldStarts.stages ?? {};
  return STAGES.flatMap(([key, name], ink) => {
    const ms = Object.hasOwn(stages, key) ? (stages[key]?.meanMs ?? 0) : 0;
    return ms > 0 ? [{ name, ms, ink }] : [];
  });
}

function lengthOf(stages: readonly Stage[]): number {
  return stages.reduce((sum, { ms }) => sum + ms, 0);
}

function bar(stages: readonly Stage[], longest: number): Markup {
  let from = 0;
  const parts = stages.map(({ ms, ink }) => {
    const width = (100 * ms) / longest;
    const part = markup`<g class="ink-${inkAt(ink)}"><rect x="${from.toFixed(2)}" width="${width.toFixed(2)}" height="10" /></g>`;
    from += width;
    return part;
  });
  return markup`<svg class="bar" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">${parts}</svg>`;
}
