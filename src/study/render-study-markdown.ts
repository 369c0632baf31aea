import { plain, table } from '../report/markdown.js';
import {
  costTable,
  dimensions,
  errorTable,
  flagsTable,
  latencyTable,
  layersTable,
  sectionsOf,
  type StudyTable,
} from './study-tables.js';
import type { StudyResult } from './study-result.js';

/** study.md: the answer, then the tables. */
export function renderStudyMarkdown(result: StudyResult): string {
  const error = errorTable(result);
  const flags = flagsTable(result);
  return [
    `# ${plain(result.name)}`,
    plain(sourcesOf(result)),
    '## Answer',
    `Asked of every system: ${plain(result.slo.join(' and '))}`,
    ...result.answers.map(({ workload, model, headline, reasons }) =>
      [
        `- **${plain(`${workload}, ${model}`)}**: ${plain(headline)}`,
        ...reasons.map((reason) => `  - ${plain(reason)}`),
      ].join('\n'),
    ),
    ...[dimensions(result)].map(tableOf),
    ...sectionsOf(result).flatMap((section) => {
      const layers = layersTable(section);
      return [latencyTable(section), costTable(section), ...(layers === undefined ? [] : [layers])].map(tableOf);
    }),
    ...(error === undefined ? [] : [tableOf(error)]),
    ...(flags === undefined ? [] : [tableOf(flags)]),
    '',
  ].join('\n\n');
}

function tableOf({ title, head, rows, foot }: StudyTable): string {
  const cells = rows.map((row) => row.map(plain));
  return [`### ${plain(title)}`, table(head.map(plain), cells), ...(foot === '' ? [] : [plain(foot)])].join('\n\n');
}

/** Whether the numbers were simulated or measured. */
export function sourcesOf({ cells, seed }: StudyResult): string {
  const simulated = cells.filter(({ source }) => source === 'simulated').length;
  const live = cells.length - simulated;
  const parts = [
    ...(simulated > 0
      ? [`${String(simulated)} cells are simulated: no request was sent for them (seed ${String(seed)})`]
      : []),
    ...(live > 0 ? [`${String(live)} cells are live: their runs were measured`] : []),
  ];
  return `${parts.join('; ')}.`;
}
