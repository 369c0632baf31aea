import { printable } from '../../errors.js';

/** Examples kept of each kind of failure. */
const EXAMPLES = 3;

interface Example {
  readonly seq: number;
  readonly detail: string;
}

/** The examples with the least sequence numbers, in whatever order they come. */
export class FirstExamples {
  #first: Example[] = [];
  #bound = Infinity;

  offer(seq: number, detail: string): void {
    if (seq < this.#bound) this.#keep([{ seq, detail: printable(detail) }]);
  }

  addAll(other: FirstExamples): void {
    this.#keep(other.#first);
  }

  list(): readonly Example[] {
    return this.#first;
  }

  #keep(examples: readonly Example[]): void {
    this.#first = [...this.#first, ...examples].sort((a, b) => a.seq - b.seq).slice(0, EXAMPLES);
    if (this.#first.length === EXAMPLES) this.#bound = this.#first[EXAMPLES - 1]?.seq ?? Infinity;
  }
}
