import type { ColumnSpec } from '../trace.js';
import type { Fault } from '../trace-file/fault.js';
import { ArrivalSorter, type SortedArrivals } from './arrival-sorter.js';
import { bodyEntry, requestEntry } from './payload-entries.js';
import { StampGrid } from './stamp-grid.js';
import { checkWindow } from './check-window.js';
import { blankStamp, readDate, type Stamp } from './stamp.js';
import type { TimeZone } from './time-zone.js';

export type Within = 'uniform' | 'start' | 'none';

export interface IntakeOptions {
  readonly columns: readonly ColumnSpec[];
  /** Whether arrivals get a payload each. */
  readonly hasPayloads: boolean;
  readonly spoolDir: string;
  readonly zone: TimeZone;
  /** Uniform in [0, 1), seeded. */
  readonly random: () => number;
  readonly within: Within;
  readonly dropsFailed: boolean;
  /** Rows that cannot be read are counted and left out; else the first one is an error. */
  readonly skipsBad: boolean;
  /** Whether times count from the start of the source, not from 1970. */
  readonly fromZero: boolean;
  readonly fault: Fault;
}

/** A jump of the source's clock backwards, by more than its step. */
export interface Jump {
  /** Where in the source. */
  readonly place: number;
  readonly backNs: number;
}

/** What was met while the rows came in. */
export interface IntakeCounts {
  rows: number;
  failed: number;
  /** Rows left out because they hold no request. */
  empty: number;
  bad: number;
  firstBad: string;
  /** Rows that lie before the one above them. */
  backwards: number;
  worstJump: Jump;
  /** Stamps without a zone; and those of them that occur twice, or never, where clocks are changed. */
  zoneless: number;
  twice: number;
  never: number;
  firstDoubt: number;
  /** Arrivals that were made of counts per window. */
  made: number;
}

const SECOND_NS = 1e9;

/** Takes arrivals as a format reads them: moments to whole ns from a base, counts of a window to arrivals; and keeps what was met. */
export class Intake {
  /** The moment that is being read. */
  readonly stamp: Stamp = blankStamp();
  readonly grid = new StampGrid();
  readonly counts: IntakeCounts = {
    ...{ rows: 0, failed: 0, empty: 0, bad: 0, firstBad: '', backwards: 0, worstJump: { place: 0, backNs: 0 } },
    ...{ zoneless: 0, twice: 0, never: 0, firstDoubt: 0, made: 0 },
  };
  /** The table of payloads, an entry as JSON each, in the order of their indexes. */
  readonly payloads: string[] = [];
  /** As in the options, where the rows do not show otherwise. */
  fromZero: boolean;
  /** The end of the last window, seconds; NaN: there is none. */
  lastWindowSec = NaN;
  /** Whether ends of requests were spread within their step, so that starts need not be. */
  hasSpread = false;
  /** Whether starts are ends minus durations, which were not spread: they no longer lie on the steps of the stamps. */
  hasDurations = false;
  /** Sentences about the source. */
  readonly notes: string[] = [];
  readonly #indexOf = new Map<string, number>();
  #payloadBytes = 0;
  readonly #options: IntakeOptions;
  readonly #sorter: ArrivalSorter;
  /** Seconds from which keys count. */
  #baseSec = NaN;
  #lastKey = -Infinity;
  #lastSec = -Infinity;

  constructor(options: IntakeOptions) {
    this.#options = options;
    this.fromZero = options.fromZero;
    const payload = options.hasPayloads ? [{ name: 'payload', type: 'number' as const }] : [];
    this.#sorter = new ArrivalSorter([...options.columns, ...payload], options.spoolDir);
  }

  /** The second from which keys count; NaN: nothing came yet. */
  get baseSec(): number {
    return this.#baseSec;
  }

  number(column: number, value: number): void {
    if (column >= 0) this.#sorter.columns[column]?.setNumber(this.#sorter.row, value);
  }

  text(column: number, value: string | undefined): void {
    if (column >= 0 && value !== undefined) this.#sorter.columns[column]?.setText(this.#sorter.row, value);
  }

  flag(column: number, value: boolean): void {
    if (column >= 0) this.#sorter.columns[column]?.setBoolean(this.#sorter.row, value);
  }

  list(column: number, value: readonly number[] | undefined): void {
    if (column >= 0 && value !== undefined) this.#sorter.columns[column]?.setNumbers(this.#sorter.row, value);
  }

  /** What is sent: `body` as JSON where it is JSON. */
  payload(body: string | undefined): void {
    this.#setPayload(JSON.stringify(bodyEntry(body ?? '')));
  }

  /** The same of a request; false: there is none, and the row is left out. */
  request(method: string | undefined, path: string | undefined, body?: string): boolean {
    if (method === undefined || path === undefined) {
      this.counts.rows++;
      this.counts.empty++;
      return false;
    }
    this.#setPayload(JSON.stringify(requestEntry(method, path, body)));
    return true;
  }

  /** Reads a date into `stamp`; false: it is none. */
  readDate(text: string): boolean {
    const bytes = Buffer.from(text);
    return readDate(bytes, 0, bytes.length, this.stamp);
  }

  note(text: string): void {
    if (!this.notes.includes(text)) this.notes.push(text);
  }

  get fault(): Fault {
    return this.#options.fault;
  }

  /** A row that failed in the source: true where it is to be left out. */
  failed(): boolean {
    this.counts.failed++;
    if (!this.#options.dropsFailed) return false;
    this.counts.rows++;
    return true;
  }

  /** A row that cannot be read: thrown, unless such rows are to be left out. */
  bad(place: number, why: string): void {
    if (!this.#options.skipsBad)
      throw this.#options.fault(`line ${String(place)}: ${why}; correct it, or leave such rows out with --skip-bad`);
    this.counts.rows++;
    if (this.counts.bad++ === 0) this.counts.firstBad = `line ${String(place)}: ${why}`;
  }

  /**
   * An arrival at `stamp`; its values were set before. `agoNs`: the stamp is its end, and this its duration. `stepNs`: its stamp is
   * spread here, since ends that are coarse hide in exact durations.
   */
  arrival(place: number, agoNs = 0, stepNs = 0): void {
    const { stamp } = this;
    if (!stamp.zoned) this.#toUtc(place);
    if (Number.isNaN(this.#baseSec)) this.#baseSec = stamp.sec;
    this.counts.rows++;
    this.grid.add(stamp.sec, stamp.ns);
    this.#lastSec = stamp.sec;
    const key = (stamp.sec - this.#baseSec) * SECOND_NS + stamp.ns;
    if (key < this.#lastKey) this.#wentBack(place, this.#lastKey - key);
    this.#lastKey = key;
    this.hasSpread ||= stepNs > 0;
    this.hasDurations ||= agoNs !== 0 && stepNs === 0;
    const spread = stepNs > 0 && this.#options.within === 'uniform' ? this.#draw(stepNs) : 0;
    this.#sorter.append(key + spread - agoNs);
  }

  /** `count` arrivals within a window; `set` sets the values of each. Seconds count as those of stamps. */
  window(startSec: number, lengthSec: number, count: number, set: () => void): void {
    checkWindow(count, this.fault);
    if (Number.isNaN(this.#baseSec)) this.#baseSec = startSec;
    this.counts.made += count;
    this.lastWindowSec = Math.max(
      Number.isNaN(this.lastWindowSec) ? -Infinity : this.lastWindowSec,
      startSec + lengthSec,
    );
    const key = (startSec - this.#baseSec) * SECOND_NS;
    const isUniform = this.#options.within === 'uniform';
    for (let i = 0; i < count; i++) {
      set();
      this.#sorter.append(isUniform ? key + this.#draw(lengthSec * SECOND_NS) : key);
    }
  }

  /** An arrival at a moment that a format makes of a rate. */
  made(sec: number, ns: number): void {
    if (Number.isNaN(this.#baseSec)) this.#baseSec = Math.floor(sec);
    this.counts.made++;
    this.#sorter.append((sec - this.#baseSec) * SECOND_NS + ns);
  }

  finish(): SortedArrivals {
    return this.#sorter.finish();
  }

  discard(): void {
    this.#sorter.discard();
  }

  /** The index of the payload is the last column. */
  #setPayload(entry: string): void {
    let index = this.#indexOf.get(entry);
    if (index === undefined) {
      index = this.payloads.push(entry) - 1;
      this.#indexOf.set(entry, index);
      this.#payloadBytes += entry.length;
      if (this.#payloadBytes > MOST_PAYLOAD_BYTES)
        throw this.#options.fault(
          `its payloads take more than ${String(MOST_PAYLOAD_BYTES >> 20)} MiB; import fewer rows, or leave payloads out`,
        );
    }
    this.#sorter.columns.at(-1)?.setNumber(this.#sorter.row, index);
  }

  /** Whole us within a step, so that what is made looks no finer than it needs to. */
  #draw(stepNs: number): number {
    return Math.floor((this.#options.random() * stepNs) / 1000) * 1000;
  }

  #toUtc(place: number): void {
    const { zone } = this.#options;
    this.stamp.sec = zone.toUtc(this.stamp.sec, this.#lastSec);
    this.counts.zoneless++;
    if (zone.doubt === undefined) return;
    this.counts[zone.doubt]++;
    if (this.counts.firstDoubt === 0) this.counts.firstDoubt = place;
  }

  #wentBack(place: number, backNs: number): void {
    this.counts.backwards++;
    if (backNs > this.counts.worstJump.backNs) this.counts.worstJump = { place, backNs };
  }
}

/** A table of payloads stands in the head of a trace, which holds 64 MiB. */
const MOST_PAYLOAD_BYTES = 48 << 20;
