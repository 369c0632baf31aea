/** Steps that clocks have, ns: an hour, a minute, then powers of ten from a second down. */
const STEPS_NS = [3.6e12, 6e10, 1e9, 1e8, 1e7, 1e6, 1e5, 1e4, 1e3, 100, 10, 1];
/** So few stamps may lie on whole minutes by chance. */
const ENOUGH = 20;
const SECOND_NS = 1e9;

/** Finds the coarsest step on which all stamps lie. */
export class StampGrid {
  #at = 0;
  #count = 0;

  add(sec: number, ns: number): void {
    this.#count++;
    while (this.#at < STEPS_NS.length - 1 && !liesOn(sec, ns, STEPS_NS[this.#at] as number)) this.#at++;
  }

  /** ns; above a second only where there are enough stamps to tell. */
  get stepNs(): number {
    const step = STEPS_NS[this.#at] as number;
    return this.#count >= ENOUGH ? step : Math.min(step, SECOND_NS);
  }
}

function liesOn(sec: number, ns: number, step: number): boolean {
  if (step < SECOND_NS) return ns % step === 0;
  return ns === 0 && sec % (step / SECOND_NS) === 0;
}
