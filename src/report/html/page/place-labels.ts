/** A place on the screen, px. */
interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** Keeps the names beside the points of each drawing, wherever there is room, as its width changes. */
export function followLabels(): void {
  for (const chart of document.querySelectorAll<SVGSVGElement>('svg.chart')) {
    placeLabels(chart);
    new ResizeObserver(() => { placeLabels(chart); }).observe(chart); // prettier-ignore
  }
  addEventListener('beforeprint', () => {
    for (const chart of document.querySelectorAll<SVGSVGElement>('svg.chart')) placeLabels(chart);
  });
}

/** Each name goes to the first place around its point that no point, no line and no other name has; without one it is in the key alone. */
function placeLabels(chart: SVGSVGElement): void {
  const frame = chart.getBoundingClientRect();
  const points = [...chart.querySelectorAll<SVGCircleElement>('circle')].map((point) => boxOf(point, 2));
  const lines = [...chart.querySelectorAll<SVGElement>('.stair, .level, .of-level, .tick, .axis')].map((line) =>
    boxOf(line, 1),
  );
  const taken: Box[] = [];
  for (const label of chart.querySelectorAll<SVGTextElement>('text.name')) {
    const point = points[Number(label.dataset['point'])];
    if (point === undefined) continue;
    label.removeAttribute('visibility');
    label.removeAttribute('dx');
    const { width, height } = label.getBoundingClientRect();
    const place = placesAround(point, width, height).find((box) => isInside(box, frame) && ![...points, ...lines, ...taken].some((other) => overlap(box, other))); // prettier-ignore
    if (place === undefined) {
      label.setAttribute('visibility', 'hidden');
      continue;
    }
    label.setAttribute('text-anchor', 'start');
    label.setAttribute('x', String(place.left - frame.left));
    label.setAttribute('y', String(place.top - frame.top + 0.78 * height));
    taken.push(place);
  }
}

/** Right, left, above, below, then further away. */
function placesAround(point: Box, width: number, height: number): Box[] {
  const [x, y] = [(point.left + point.right) / 2, (point.top + point.bottom) / 2];
  const places: Box[] = [];
  for (const away of [0, 1, 2, 3]) {
    for (const [left, middle] of [
      [point.right + 3, y - away * height],
      [point.right + 3, y + away * height],
      [point.left - 3 - width, y - away * height],
      [point.left - 3 - width, y + away * height],
      [x - width / 2, point.top - (away + 0.5) * height],
      [x - width / 2, point.bottom + (away + 0.5) * height],
    ] as const)
      places.push({ left, top: middle - height / 2, right: left + width, bottom: middle + height / 2 });
  }
  return places;
}

function boxOf(element: Element, margin: number): Box {
  const { left, top, right, bottom } = element.getBoundingClientRect();
  return { left: left - margin, top: top - margin, right: right + margin, bottom: bottom + margin };
}

function overlap(a: Box, b: Box): boolean {
  return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
}

/** Above the marks of x, too. */
function isInside(box: Box, frame: Box): boolean {
  return box.left >= frame.left && box.right <= frame.right && box.top >= frame.top && box.bottom <= frame.bottom - 34;
}
