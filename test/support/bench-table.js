import { realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

/**
 * The table of benchmarks, Markdown: a row is { measure, figure, goal, held, note }. `goal` absent: the figure is for
 * people only. `held` absent beside a goal: it could not be judged here, and the note says why.
 */
export const COLUMNS = ['measure', 'figure', 'goal', 'held', 'note'];

/** Does what a bench is asked on the command line, when its file is the program that runs; with --check a row that falls short is exit code 1. */
export async function printBench(url, bench) {
  if (realpathSync(process.argv[1]) !== fileURLToPath(url)) return;
  const flag = { type: 'boolean', default: false };
  const options = { quick: flag, huge: flag, json: flag, check: flag, seed: { type: 'string', default: '1' } };
  const { values, positionals } = parseArgs({ options, allowPositionals: true });
  const rows = await bench({ ...values, seed: Number(values.seed), numbers: positionals.map(Number) });
  if (values.check && rows.some(({ held }) => held === false)) process.exitCode = 1;
  process.stdout.write(values.json ? JSON.stringify(rows) : tableText(rows));
}

export function tableText(rows) {
  const cells = [COLUMNS, ...rows.map(cellsOf)];
  const widths = COLUMNS.map((_, column) => Math.max(3, ...cells.map((row) => row[column].length)));
  const lines = cells.map((row) => `| ${row.map((cell, column) => cell.padEnd(widths[column])).join(' | ')} |`);
  lines.splice(1, 0, `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`);
  return `${lines.join('\n')}\n`;
}

function cellsOf({ measure, figure, goal = '', held, note = '' }) {
  const judgement = held === undefined ? '' : held ? 'held' : 'short';
  return [measure, figure, goal, judgement, note].map((cell) => cell.replaceAll('|', '\\|').replaceAll('\n', ' '));
}

export function median(values) {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
}

/** `median (least-most)`. */
export function spread(values, digits) {
  const [least, most] = [Math.min(...values), Math.max(...values)].map((value) => value.toFixed(digits));
  return `${median(values).toFixed(digits)} (${least}-${most})`;
}

/** What goes on, for anyone who waits. */
export function tell(text) {
  process.stderr.write(`${text}\n`);
}
