import type { Order, StudiedCell, StudyResult } from '#src/study/study-result';

/** The cell of a study, MobileNet. */
export function studied({ cells }: StudyResult, system: string, runtime: string, workload: string): StudiedCell {
  const found = cells.find((one) => one.system === system && one.runtime === runtime && one.workload === workload);
  if (found === undefined) throw new Error(`no cell of ${system} ${runtime} ${workload}`);
  return found;
}

/** In which share of the draws the first beats the second. */
export function share(
  orders: readonly Order[],
  metric: string,
  workload: string,
  [a, runtimeA]: [string, string],
  [b, runtimeB]: [string, string],
): number {
  for (const { metric: of, workload: under, better, worse, share } of orders) {
    if (of !== metric || under !== workload) continue;
    if (better.system === a && better.runtime === runtimeA && worse.system === b && worse.runtime === runtimeB)
      return share;
    if (better.system === b && better.runtime === runtimeB && worse.system === a && worse.runtime === runtimeA)
      return 1 - share;
  }
  return NaN;
}
