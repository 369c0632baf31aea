/**
 * Count, mean, standard deviation, least and greatest of a stream of numbers, by Welford's update (Technometrics 4(3),
 * 1962): no sum of squares, so nothing cancels when the spread is small beside the mean.
 */
export class Moments {
  count = 0;
  min = Infinity;
  max = -Infinity;
  #mean = 0;
  #squares = 0;

  add(value: number): void {
    const off = value - this.#mean;
    this.count++;
    this.#mean += off / this.count;
    this.#squares += off * (value - this.#mean);
    if (value < this.min) this.min = value;
    if (value > this.max) this.max = value;
  }

  /** Null when empty. */
  get mean(): number | null {
    return this.count === 0 ? null : this.#mean;
  }

  /** Of the values themselves, not of a population they were drawn from (divisor n); null when empty. */
  get stdev(): number | null {
    return this.count === 0 ? null : Math.sqrt(Math.max(0, this.#squares) / this.count);
  }
}
