import { inkAt } from '../compare/html/inks.js';
import { markup, trusted, type Markup } from '../report/html/markup.js';
import type { Sensitivity } from '../predict/sensitivity.js';
import { twoDigits } from './figure-texts.js';
import { cellName } from './studied-draws.js';
import type { CellSensitivity, StudyResult } from './study-result.js';
import type { StudySection } from './study-tables.js';

export const SENSITIVITY_FOOT =
  '% of change for 1 % of the parameter; of a choice (a = b), % of change when it is taken. The same luck throughout; a bill moves in the steps of its tariff.';

/** More move nothing. */
const MOST_ROWS = 10;
const COLUMNS = [
  ['meanMs', 'Mean latency'],
  ['successRatio', 'Success'],
  ['usd', 'USD'],
] as const satisfies readonly (readonly [keyof Sensitivity, string])[];

/** A tornado for each cell of a section: what its uncertain parameters do, the largest first. Nothing where it was not asked for. */
export function studyTornado({ workload, model }: StudySection, { sensitivities = [] }: StudyResult): Markup {
  const here = sensitivities.filter((one) => one.workload === workload && one.model === model);
  const told = here.filter(({ parameters }) => parameters.length > 0);
  if (told.length === 0) return trusted('');
  return markup`<details><summary>What the uncertain parameters do</summary>
    ${told.map((cell, i) => tornado(cell, i))}
    <p class="legend">Simulated. ${SENSITIVITY_FOOT} Bars of one column are to one scale.</p></details>`;
}

function tornado(cell: CellSensitivity, index: number): Markup {
  const rows = cell.parameters.slice(0, MOST_ROWS);
  const scales = COLUMNS.map(([name]) => Math.max(...rows.map((row) => Math.abs(row[name] ?? 0))));
  return markup`<table class="bars tornado ink-${inkAt(index)}">
    <caption><bdi>${cellName(cell)}</bdi></caption>
    <thead><tr><th scope="col">Parameter</th>${COLUMNS.map(([, name]) => markup`<th scope="col">${name}</th>`)}</tr></thead>
    <tbody>${rows.map(
      (row) => markup`<tr class="ink-${inkAt(index)}"><th scope="row">${row.what}</th>
      ${COLUMNS.map(([name, title], i) => markup`<td data-of="${title}">${bar(row[name], scales[i] ?? 0)}<span>${row[name] === null ? '-' : `${twoDigits(row[name])} %`}</span></td>`)}</tr>`,
    )}</tbody>
  </table>`;
}

/** From the middle: to the left where the number falls. */
function bar(value: number | null, scale: number): Markup {
  const width = value === null || scale === 0 ? 0 : Number(((50 * Math.abs(value)) / scale).toFixed(2));
  const from = (value ?? 0) < 0 ? 50 - width : 50;
  return markup`<svg class="bar" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true"><rect x="${from}" width="${width}" height="10" /><line x1="50" x2="50" y1="0" y2="10" /></svg>`;
}
