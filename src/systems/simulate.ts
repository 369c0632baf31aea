import { integrate } from '../collectors/capacity.js';
import { sheetOf } from '../collectors/cost/price-sheets.js';
import { isRequestModel, tariffOf, type BilledTime } from '../collectors/cost/tariff.js';
import { UserError } from '../errors.js';
import { createStation } from './create-station.js';
import { DrawSink } from './draw-sink.js';
import type { DrawSummary } from './draw-summary.js';
import { formCalls } from './form-calls.js';
import { loadOf } from './load-of.js';
import type { DrawOptions } from './scenario.js';
import { sendsWhenDue, sentMs } from './send-times.js';
import type { Station } from './station.js';
import type { SimulatedSystem } from './system.js';

/**
 * One simulation of a system under arrivals (due times in ms, not decreasing). Pure: the same arguments give the same summary
 * to the bit, and two systems with the same seed and arrivals get the same draws for the same request.
 */
export function simulateDraw(
  system: SimulatedSystem,
  arrivals: Float64Array,
  seed: number,
  options: DrawOptions = {},
): DrawSummary {
  const rule = billedTimeOf(system, options);
  const sink = new DrawSink(arrivals, rule, system.meter.startShare.value);
  const station = createStation(system, seed, sink, rule, options.after);
  sendAll(station, callsOf(system, arrivals, options));
  while (station.isBusy) station.advance(station.nextMs);
  const firstDueMs = arrivals[0] ?? 0;
  const lastDoneMs = Math.max(firstDueMs, sink.lastDoneMs);
  const instanceMs = integrate(station.counts.steps, firstDueMs, lastDoneMs).expected;
  return {
    requests: arrivals.length,
    ...sink.summary(options.percentiles ?? []),
    instances: { created: station.counts.created, peak: station.counts.peak },
    metered: { ...sink.metered(), activeMs: station.activeMs, instanceMs },
    load: loadOf(system, arrivals),
    firstDueMs,
    lastDoneMs,
  };
}

/** How requests are billed; null where they are not. Throws `UserError` where the sheet has no price for it. */
export function billedTimeOf({ name, meter }: SimulatedSystem, { prices }: DrawOptions): BilledTime | null {
  const { model } = meter.billing;
  if (!isRequestModel(model)) return null;
  const tariff = tariffOf({ ...meter.billing, model }, sheetOf(prices ?? meter.sheet));
  if ('meters' in tariff) return tariff.time;
  throw new UserError(`system ${name}: ${tariff.join('; ')}; give another price sheet`);
}

/** Calls in the order in which they reach the system. */
interface SentCalls {
  readonly count: number;
  readonly atMs: Float64Array;
  /** First request of each; absent: call i is request i. */
  readonly seq?: Uint32Array;
  readonly requests: (call: number) => number;
}

function callsOf({ sender }: SimulatedSystem, dueMs: Float64Array, { batch }: DrawOptions): SentCalls {
  const formed = batch === undefined || batch.size === 1 ? undefined : formCalls(dueMs, batch);
  const requests = (call: number): number =>
    formed === undefined ? 1 : (formed.seq[call + 1] ?? dueMs.length) - (formed.seq[call] as number);
  const releaseMs = formed?.releaseMs ?? dueMs;
  const calls = { count: releaseMs.length, atMs: releaseMs, requests, ...(formed && { seq: formed.seq }) };
  if (sendsWhenDue(sender)) return calls;
  const sent = releaseMs.map((ms, call) => sentMs(sender, formed?.seq[call] ?? call, ms));
  const order = Uint32Array.from(sent, (_, call) => call).sort(
    (a, b) => (sent[a] as number) - (sent[b] as number) || a - b,
  );
  return {
    count: calls.count,
    atMs: Float64Array.from(order, (call) => sent[call] as number),
    seq: order.map((call) => formed?.seq[call] ?? call),
    requests: (at) => requests(order[at] as number),
  };
}

function sendAll(station: Station, { count, atMs, seq, requests }: SentCalls): void {
  if (seq === undefined) for (let call = 0; call < count; call++) station.arrive(atMs[call] as number, call, 1);
  else
    for (let call = 0; call < count; call++) station.arrive(atMs[call] as number, seq[call] as number, requests(call));
}
