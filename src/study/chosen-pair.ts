import { printable, UserError } from '../errors.js';
import { cellName } from './studied-draws.js';
import type { Answer } from './study-result.js';
import type { StudySection } from './study-tables.js';

type Named = Parameters<typeof cellName>[0];

/** Two systems whose runs are drawn over time, by their names: `aws-lambda`, or `aws-lambda (ort)` where runtimes differ. */
export type PairNames = readonly [string, string];

/** `aws-lambda,aws-gpu`. Throws an error that says what to give. */
export function parsePair(text: string): PairNames {
  const [a = '', b = '', ...more] = text.split(',').map((name) => name.trim());
  if (a === '' || b === '' || more.length > 0 || a.toLowerCase() === b.toLowerCase())
    throw new Error('give two systems with a comma between them, such as aws-lambda,aws-gpu');
  return [a, b];
}

/** Throws `UserError` where no cell belongs to a name. */
export function checkPair(pair: PairNames, cells: readonly Named[]): void {
  for (const name of pair) {
    if (cells.some((cell) => isCalled(cell, name))) continue;
    const known = [...new Set(cells.map(({ system }) => system))];
    throw new UserError(
      `--pair: no system of the study is called ${printable(name, 80)}; there are ${known.join(', ')}`,
    );
  }
}

/** The cells of a section that are drawn: the pair that was asked for where both are there, or the two that its answer ranks first. */
export function pairOf<Cell extends StudySection['cells'][number]>(
  cells: readonly Cell[],
  answers: readonly Answer[],
  asked: PairNames | undefined,
): readonly Cell[] {
  const chosen = (asked ?? []).flatMap((name) => cells.find((cell) => isCalled(cell, name)) ?? []);
  if (chosen.length === 2) return chosen;
  const { ranking = [] } = answers.find(({ workload, model }) => isOf(cells[0], workload, model)) ?? {};
  const ranked = ranking.flatMap((side) => cells.find((cell) => cellName(cell) === cellName(side)) ?? []);
  return [...new Set([...ranked, ...cells])].slice(0, 2);
}

function isOf(cell: StudySection['cells'][number] | undefined, workload: string, model: string): boolean {
  return cell?.workload === workload && cell.model === model;
}

function isCalled(cell: Named, name: string): boolean {
  return [cell.system, cellName(cell)].some((one) => one.toLowerCase() === name.toLowerCase());
}
