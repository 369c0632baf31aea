/** A system as the frontier sees it; NaN or Infinity: unknown. */
export interface Place {
  readonly cost: number;
  readonly latency: number;
}

/** Whether no other place is both cheaper and faster, or as good in one and better in the other; null where one of its two is unknown. */
export function onFrontier(place: Place, all: readonly Place[]): boolean | null {
  if (!isKnown(place)) return null;
  return !all.some((other) => isKnown(other) && beats(other, place));
}

function isKnown({ cost, latency }: Place): boolean {
  return Number.isFinite(cost) && Number.isFinite(latency);
}

function beats(a: Place, b: Place): boolean {
  return a.cost <= b.cost && a.latency <= b.latency && (a.cost < b.cost || a.latency < b.latency);
}
