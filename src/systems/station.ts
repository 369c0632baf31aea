import type { InstanceCounts } from './instance-counts.js';

/** How a call ended, as a small number. */
export const ENDED = { ok: 0, throttled: 1, timeout: 2, serverError: 3 } as const;

/** Learns of each call once, as soon as its end is certain: that may be long before `doneMs`, never after it. */
export interface Sink {
  /**
   * @param seq the first request of the call
   * @param requests how many it holds
   * @param outcome one of `ENDED`
   * @param doneMs when the client has the answer, or knows that there is none
   * @param ranMs time in service; NaN: it was not served
   * @param startMs the cold start of the instance that the call is the first of; NaN: it is not
   * @param serial number of the instance, from 0 in the order of their starts; -1: not known
   */
  ended(
    seq: number,
    requests: number,
    outcome: number,
    doneMs: number,
    ranMs: number,
    startMs: number,
    serial: number,
  ): void;
}

/** The state of a system, moved on by calls that arrive and by time that passes. Time never goes back. */
export interface Station {
  arrive(nowMs: number, seq: number, requests: number): void;
  /** When something happens next by itself; Infinity: nothing. */
  readonly nextMs: number;
  /** Lets everything happen that is due at or before `nowMs`. */
  advance(nowMs: number): void;
  /** Whether a call waits or is served. */
  readonly isBusy: boolean;
  readonly counts: Readonly<InstanceCounts>;
  /** Time of instances with a call inside, or starting, by the rounding given, ms. */
  readonly activeMs: number;
  /** Counts begin anew: what is there stays. */
  startCounting(nowMs: number): void;
}
