import type UPlot from 'uplot';
import type { Heat } from '../plot-spec.js';
import { ink } from './ink.js';

/** Cells of time and latency, the darker the denser; by the square root, so that few are seen beside many. */
export function drawHeat(chart: UPlot, { lengthSeconds, edges, columns }: Heat): void {
  const { left, top, width, height } = chart.bbox;
  const density = (count: number, row: number): number => count / Math.log2((edges[row + 1] ?? 1) / (edges[row] ?? 1));
  const most = Math.max(...columns.flatMap(({ first, counts }) => counts.map((count, i) => density(count, first + i))));
  const ys = edges.map((edge) => chart.valToPos(edge, 'y', true));
  const { ctx } = chart;
  ctx.save();
  ctx.beginPath();
  ctx.rect(left, top, width, height);
  ctx.clip();
  ctx.fillStyle = ink('first');
  for (const { second, first, counts } of columns) {
    const from = Math.floor(chart.valToPos(second, 'x', true));
    const to = Math.max(from + 1, Math.floor(chart.valToPos(second + lengthSeconds, 'x', true)));
    if (to < left || from > left + width) continue;
    counts.forEach((count, i) => {
      if (count === 0) return;
      const [bottom, upper] = [Math.round(ys[first + i] ?? 0), Math.round(ys[first + i + 1] ?? 0)];
      ctx.globalAlpha = 0.12 + 0.88 * Math.sqrt(density(count, first + i) / most);
      ctx.fillRect(from, upper, to - from, Math.max(1, bottom - upper));
    });
  }
  ctx.restore();
}
