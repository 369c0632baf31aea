import { readSystem, type VariantWish } from '../../systems/read-system.js';
import type { Parameter, SimulatedSystem } from '../../systems/system.js';
import { choicesOf, parametersOf } from '../../systems/vary-system.js';

/** Every parameter of a system, as a table, or as JSON. Throws `UserError`. */
export async function showSystem(nameOrPath: string, wish: VariantWish, asJson: boolean): Promise<string> {
  const system = await readSystem(nameOrPath, wish);
  if (asJson) return `${JSON.stringify(system, finite, 1)}\n`;
  const rows = [
    ...parametersOf(system).map(({ path, what }) => [path, valueOf(what), rangeOf(what), what.role, what.source]),
    ...choicesOf(system).map(({ path, what }) => [
      path,
      what.value,
      what.options.length > 1 ? what.options.join('|') : '',
      what.role,
      what.source,
    ]),
  ];
  // What no file mentions is at its default: most of it switches a mechanism off.
  const told = rows.filter(([, , , , source]) => source !== 'default');
  return [
    titleOf(system),
    '',
    ...table([['parameter', 'value', 'range', 'role', 'source'], ...told]),
    '',
    ...notesOf(system),
    '',
  ].join('\n');
}

/** JSON has no Infinity. */
function finite(_key: string, value: unknown): unknown {
  return value === Infinity ? 'unlimited' : value;
}

function titleOf({ name, summary, model, runtime }: SimulatedSystem): string {
  const variant = [model, runtime].filter((word) => word !== null).join(', ');
  return `${name}${variant === '' ? '' : ` (${variant})`}: ${summary}`;
}

function valueOf({ value, unit }: Parameter): string {
  return amount(value, unit);
}

function rangeOf({ range, unit }: Parameter): string {
  return range === undefined ? '' : `${amount(range[0], unit)} to ${amount(range[1], unit)}`;
}

function amount(value: number, unit: Parameter['unit']): string {
  if (value === Infinity) return 'unlimited';
  if (unit === 'ms')
    return value >= 1000 ? `${String(Number((value / 1000).toPrecision(6)))} s` : `${String(value)} ms`;
  const text = String(Number(value.toPrecision(6)));
  return unit === '/s' ? `${text}/s` : text;
}

/** Columns as wide as their widest cell; the last is as long as it is. */
function table(rows: readonly (readonly string[])[]): string[] {
  const [header = []] = rows;
  const widths = header.map((_, i) => Math.max(...rows.map((row) => row[i]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, i) => (i === row.length - 1 ? cell : cell.padEnd(widths[i] ?? 0)))
      .join('  ')
      .trimEnd(),
  );
}

function notesOf({ notes, meter }: SimulatedSystem): string[] {
  const { billing, sheet, floorOnly } = meter;
  const billed =
    billing.model === 'none'
      ? 'Nothing is billed.'
      : `Billed as ${billing.model}${billing.machine === undefined ? '' : ` (${billing.machine})`} by price sheet ${sheet}${floorOnly ? '; the cost is a floor' : ''}.`;
  return [...notes, billed];
}
