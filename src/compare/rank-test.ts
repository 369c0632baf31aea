/**
 * The two-sided p of the exact Mann-Whitney test (Annals of Mathematical Statistics 18, 1947): how often a random split of
 * all values has a sum of ranks as far from its mean. Takes ties (their mean rank) and Infinity, where means do not exist.
 */
export function rankTest(a: readonly number[], b: readonly number[]): number {
  const ranks = doubleRanks([...a, ...b]);
  const seen = ranks.slice(0, a.length).reduce((sum, rank) => sum + rank, 0);
  const middle = a.length * (a.length + b.length + 1); // twice the mean sum of ranks
  let [far, all] = [0, 0];
  for (const [sum, ways] of waysToSum(ranks, a.length)) {
    all += ways;
    if (Math.abs(sum - middle) >= Math.abs(seen - middle)) far += ways;
  }
  return far / all;
}

/** Twice the rank, so that mean ranks are whole. */
function doubleRanks(values: readonly number[]): number[] {
  return values.map((value) => {
    const less = values.filter((other) => other < value).length;
    const equal = values.filter((other) => other === value).length;
    return 2 * less + equal + 1;
  });
}

/** In how many ways `take` of the ranks have each sum: one rank after another is taken or left. */
function waysToSum(ranks: readonly number[], take: number): Map<number, number> {
  const ways = Array.from({ length: take + 1 }, () => new Map<number, number>());
  ways[0]?.set(0, 1);
  for (const rank of ranks) {
    for (let taken = take; taken > 0; taken--) {
      const into = ways[taken] as Map<number, number>;
      for (const [sum, count] of ways[taken - 1] as Map<number, number>)
        into.set(sum + rank, (into.get(sum + rank) ?? 0) + count);
    }
  }
  return ways[take] as Map<number, number>;
}
