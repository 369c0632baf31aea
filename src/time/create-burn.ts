const ROUNDS = 20_000;
const STRETCHES = 30;

/**
 * Makes a way to compute for about a given number of ms that touches neither the clock nor the heap (reading the clock costs 16
 * bytes each time). It is set by the fastest of several stretches: what slows one down only makes it shorter than asked.
 */
export function createBurn(now: () => number): (ms: number) => void {
  let roundsPerMs = 0;
  for (let i = 0; i < STRETCHES; i++) {
    const fromMs = now();
    compute(ROUNDS);
    roundsPerMs = Math.max(roundsPerMs, ROUNDS / (now() - fromMs));
  }
  return (ms) => {
    compute(ms * roundsPerMs);
  };
}

/** Kept, so that no compiler finds the work useless. */
let state = 1;

function compute(rounds: number): void {
  let x = state;
  for (let i = 0; i < rounds; i++) x = Math.imul(x ^ i, 0x9e3779b1);
  state = x | 1;
}
