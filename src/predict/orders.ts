/**
 * In which share of the draws `a` beats `b`, draw by draw; a tie counts half. A draw in which either number does not exist is
 * left out; NaN where none is left.
 */
export function shareOfWins(a: readonly number[], b: readonly number[], better: 'less' | 'more'): number {
  let counted = 0;
  let won = 0;
  for (let i = 0; i < Math.min(a.length, b.length); i++) {
    const [left, right] = [a[i] as number, b[i] as number];
    if (Number.isNaN(left) || Number.isNaN(right)) continue;
    counted++;
    if (left === right) won += 0.5;
    else if (left < right === (better === 'less')) won++;
  }
  return counted === 0 ? NaN : won / counted;
}
