import type UPlot from 'uplot';
import type { PlotLimit } from '../plot-spec.js';
import { ink } from './ink.js';

/** Lines at what was asked of the run, each with its name. */
export function drawLimits(chart: UPlot, limits: readonly PlotLimit[]): void {
  const { ctx } = chart;
  const ratio = devicePixelRatio;
  ctx.save();
  ctx.beginPath();
  ctx.rect(chart.bbox.left, chart.bbox.top, chart.bbox.width, chart.bbox.height);
  ctx.clip();
  ctx.strokeStyle = ctx.fillStyle = ink('limit');
  ctx.lineWidth = 1.5 * ratio;
  ctx.font = `600 ${String(11 * ratio)}px system-ui, sans-serif`;
  const seen = limits.filter(({ axis, value }) => isBetween(value, chart.scales[axis]));
  seen.forEach((limit, i) => {
    const line = limit.axis === 'y' ? across(chart, limit) : down(chart, limit);
    ctx.setLineDash([7 * ratio, 4 * ratio]);
    ctx.stroke(line);
    name(chart, limit, i);
  });
  ctx.restore();
}

function isBetween(value: number, { min, max }: UPlot.Scale = {}): boolean {
  return value >= (min ?? -Infinity) && value <= (max ?? Infinity);
}

function across(chart: UPlot, { value, at }: PlotLimit): Path2D {
  const { left, width } = chart.bbox;
  const y = chart.valToPos(value, 'y', true);
  const path = new Path2D();
  path.moveTo(left, y);
  path.lineTo(left + width, y);
  if (at !== undefined) {
    const x = chart.valToPos(at, 'x', true);
    path.moveTo(x, y - 6 * devicePixelRatio);
    path.lineTo(x, y + 6 * devicePixelRatio);
  }
  return path;
}

function down(chart: UPlot, { value }: PlotLimit): Path2D {
  const { top, height } = chart.bbox;
  const x = chart.valToPos(value, 'x', true);
  const path = new Path2D();
  path.moveTo(x, top);
  path.lineTo(x, top + height);
  return path;
}

/** At the left end of a line across, so that the tail of the curves stays free; beside a line down, each a line lower. */
function name(chart: UPlot, { axis, value, label }: PlotLimit, index: number): void {
  const { ctx, bbox } = chart;
  const gap = 5 * devicePixelRatio;
  ctx.setLineDash([]);
  ctx.lineWidth = 3 * devicePixelRatio;
  const at = axis === 'y' ? { x: bbox.left + gap, y: chart.valToPos(value, 'y', true) - gap } : { x: chart.valToPos(value, 'x', true) + gap, y: bbox.top + (index + 1) * 14 * devicePixelRatio }; // prettier-ignore
  const wide = ctx.measureText(label).width;
  ctx.textAlign = axis === 'x' && at.x + wide > bbox.left + bbox.width ? 'right' : 'left';
  if (ctx.textAlign === 'right') at.x -= 2 * gap;
  if (axis === 'y' && at.y - 12 * devicePixelRatio < bbox.top) at.y += 18 * devicePixelRatio;
  ctx.save();
  ctx.strokeStyle = ink('paper');
  ctx.strokeText(label, at.x, at.y);
  ctx.restore();
  ctx.fillText(label, at.x, at.y);
  ctx.lineWidth = 1.5 * devicePixelRatio;
}
