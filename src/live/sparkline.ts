const BLOCKS = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
const ASCII = ['_', '.', '-', '~', '=', '+', '*', '#'];

/**
 * One character a value, at most `columns`, the latest last; from 0 to the highest of those shown. A null is a gap:
 * nothing was measured.
 */
export function sparkline(values: readonly (number | null)[], columns: number, unicode: boolean): string {
  const levels = unicode ? BLOCKS : ASCII;
  const shown = columns < 1 ? [] : values.slice(-columns);
  const most = shown.reduce<number>((max, value) => Math.max(max, value ?? 0), 0);
  return shown.map((value) => (value === null ? ' ' : levelOf(value, most, levels))).join('');
}

function levelOf(value: number, most: number, levels: readonly string[]): string {
  const level = most === 0 ? 0 : Math.ceil((value / most) * levels.length) - 1;
  return levels[Math.min(levels.length - 1, Math.max(0, level))] as string;
}
