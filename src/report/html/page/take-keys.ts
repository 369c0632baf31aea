/** Cursor, zoom and legend by keyboard. */
import type UPlot from 'uplot';

export function takeKeys(chart: UPlot, place: HTMLElement): void {
  place.addEventListener('keydown', (event) => {
    if (event.target !== place || event.ctrlKey || event.metaKey || event.altKey) return;
    if (!KEYS[event.key]?.(chart, event.shiftKey ? 10 : 1)) return;
    event.preventDefault();
  });
}

/** By key; a function returns whether the page has used it. */
const KEYS: Readonly<Record<string, (chart: UPlot, steps: number) => boolean>> = {
  ArrowLeft: (chart, steps) => moveCursor(chart, -steps),
  ArrowRight: (chart, steps) => moveCursor(chart, steps),
  '+': (chart) => zoom(chart, 0.5),
  '=': (chart) => zoom(chart, 0.5),
  '-': (chart) => zoom(chart, 2),
  '0': (chart) => zoom(chart, Infinity),
  Escape: (chart) => zoom(chart, Infinity),
};

function moveCursor(chart: UPlot, steps: number): boolean {
  const xs = chart.data[0];
  const [first, last] = chart.series[0]?.idxs ?? [0, xs.length - 1];
  const from = chart.cursor.idx ?? (steps > 0 ? first - 1 : last + 1);
  const to = Math.min(last, Math.max(first, from + steps));
  const x = xs[to];
  if (x !== undefined) pointAt(chart, x);
  return true;
}

/** As the mouse would: the other plots against time hear of it. */
function pointAt(chart: UPlot & Publishing, x: number): void {
  chart.setCursor({ left: chart.valToPos(x, 'x'), top: chart.over.clientHeight / 2 }, true, true);
}

/** What uPlot's types leave out. */
interface Publishing {
  setCursor(at: { left: number; top: number }, fireHook?: boolean, publish?: boolean): void;
}

/** Around the cursor where it is shown, else around the middle; never beyond the data. */
function zoom(chart: UPlot, factor: number): boolean {
  const xs = chart.data[0];
  const [first, last] = [xs[0], xs.at(-1)];
  const { min, max, distr } = chart.scales['x'] ?? {};
  if (first === undefined || last === undefined || min === undefined || max === undefined) return true;
  const [flat, curved] = Number(distr) === 3 ? [Math.log10, (at: number) => 10 ** at] : [Number, Number];
  const [low, high] = [flat(min), flat(max)];
  const read = xs[chart.cursor.idx ?? -1];
  const middle = read === undefined ? (low + high) / 2 : flat(read);
  const half = ((high - low) / 2) * factor;
  chart.batch(() => {
    chart.setScale('x', { min: Math.max(first, curved(middle - half)), max: Math.min(last, curved(middle + half)) });
  });
  if (read !== undefined) pointAt(chart, read);
  return true;
}

/** The names in a legend hide and show their series: by keyboard too. */
export function openLegend(chart: UPlot): void {
  for (const name of chart.root.querySelectorAll<HTMLElement>('.u-series:not(:first-child) th')) {
    name.tabIndex = 0;
    name.setAttribute('role', 'button');
    name.addEventListener('keydown', (event) => {
      if (event.key !== 'Enter' && event.key !== ' ') return;
      event.preventDefault();
      name.click();
    });
  }
}
