import { COLD_STARTS, FAILURES, type Failure, type SampleBlock } from '../../sample.js';
import type { BilledTime } from './tariff.js';

/** The service may stop making an environment after 10 s. */
const LONGEST_INIT_MS = 10_000;
/** What the sum of two times, printed with two decimals, can be too large by. */
const PRINTED_MS = 0.01;
const COLD = COLD_STARTS.indexOf('cold');

/** Never reached the user's code: not billed. */
const UNBILLED: readonly Failure[] = ['throttled', 'unauthorized', 'rejected', 'unreachable', 'shed', 'local'];
/** The code ran, for a time unknown. */
const RAN: readonly Failure[] = ['function-error', 'bad-answer'];
const isUnbilled = FAILURES.map((failure) => UNBILLED.includes(failure));
const hasRun = FAILURES.map((failure) => RAN.includes(failure));
const OK = 0;

/**
 * What one invocation is billed for: requests (0 or 1) and time, each as an interval with what is expected in it. One
 * object is used for all rows of a run. Times are whole steps, ms.
 */
export class InvocationBill {
  readonly requests = { low: 0, expected: 0, high: 0 };
  readonly timeMs = { low: 0, expected: 0, high: 0 };
  /** The part of the expected time that went into a cold start. */
  startMs = 0;
  readonly #rule: BilledTime;

  constructor(rule: BilledTime) {
    this.#rule = rule;
  }

  /** Reads a row. False: it costs nothing. */
  read(block: SampleBlock, row: number): boolean {
    const code = block.outcome[row] as number;
    this.startMs = 0;
    if (block.usage !== undefined && this.#readUsage(block, block.usage, row)) return true;
    if (code !== OK && isUnbilled[code - 1] === true) return false;
    this.#guess(block, row, code === OK || hasRun[code - 1] === true);
    return true;
  }

  /** False when the usage has no time in it. */
  #readUsage({ coldStart }: SampleBlock, usage: NonNullable<SampleBlock['usage']>, row: number): boolean {
    const durationMs = usage.durationMs[row] as number;
    const billedMs = usage.billedMs[row] as number;
    const initMs = usage.initMs[row] as number;
    if (Number.isNaN(durationMs) && Number.isNaN(billedMs)) return false;
    set(this.requests, 1, 1, 1);
    if (this.#rule.initBilled) this.#withInit(durationMs, billedMs, initMs, coldStart[row] === COLD);
    else this.#withoutInit(durationMs, billedMs, initMs, (usage.restoreMs[row] as number) > 0);
    return true;
  }

  /** The billed time contains init, or, from before 2025-08, leaves it out; either way it is counted once. */
  #withInit(durationMs: number, billedMs: number, initMs: number, cold: boolean): void {
    const init = Number.isNaN(initMs) ? 0 : initMs;
    const told = Number.isNaN(billedMs) ? 0 : billedMs;
    const handler = Number.isNaN(durationMs) ? 0 : durationMs;
    // Where the bill is reported, the sum need not be exact, and must not round up to a step more.
    const ranMs = handler + Math.max(0, told > 0 && handler > 0 ? init - PRINTED_MS : init);
    const ms = Math.max(ranMs, told);
    const withoutStart = handler > 0 ? handler : Math.max(0, ms - init);
    this.#exactly(ms, cold || init > 0 ? withoutStart : ms);
    if (cold && Number.isNaN(billedMs) && Number.isNaN(initMs)) this.timeMs.high = this.#up(ranMs + LONGEST_INIT_MS);
  }

  /** Where the billed time may contain init, the handler's own time is what such a sheet counts. */
  #withoutInit(durationMs: number, billedMs: number, initMs: number, restored: boolean): void {
    const billed = Math.max(billedMs, durationMs || 0);
    if (!Number.isNaN(billedMs) && !(initMs > 0)) this.#exactly(billed, restored ? durationMs || 0 : billed);
    else if (!Number.isNaN(durationMs)) this.#exactly(durationMs);
    else {
      const least = this.#up(Math.max(0, billedMs - initMs));
      set(this.timeMs, least, least, this.#up(billedMs));
    }
  }

  /** `handlerMs`: without the start. */
  #exactly(ms: number, handlerMs = ms): void {
    const billed = this.#up(ms);
    set(this.timeMs, billed, billed, billed);
    this.startMs = Math.max(0, billed - this.#up(handlerMs));
  }

  /** Up to the service's limit; the time that the client saw is the best guess. */
  #guess({ serverMs, doneMs, sentMs, handedMs }: SampleBlock, row: number, ran: boolean): void {
    const { longestMs } = this.#rule;
    const server = serverMs[row] as number;
    const sent = sentMs[row] as number;
    const seen = (doneMs[row] as number) - (Number.isNaN(sent) ? (handedMs[row] as number) : sent);
    const guess = Number.isNaN(server) ? seen : server;
    const least = ran ? this.#up(0) : 0;
    set(this.requests, ran ? 1 : 0, 1, 1);
    set(this.timeMs, least, Math.min(this.#up(guess > 0 ? guess : 0), longestMs), Math.max(least, longestMs));
  }

  /** To whole steps; what rounding of a sum added to a whole number is not a step more. */
  #up(ms: number): number {
    const { stepMs, minimumMs } = this.#rule;
    return Math.max(minimumMs, Math.ceil(ms / stepMs - 1e-9) * stepMs);
  }
}

function set(
  interval: { low: number; expected: number; high: number },
  low: number,
  expected: number,
  high: number,
): void {
  interval.low = low;
  interval.expected = expected;
  interval.high = high;
}
