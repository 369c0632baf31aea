import { printable } from '../errors.js';
import type { Progress, Tally } from '../progress.js';
import { OUTCOMES } from '../sample.js';

/** One measure of a run, as every system of metrics knows it. Names have dots; a system adds what it is used to. */
export type Measurement = {
  readonly name: string;
  /** One sentence without its full stop. */
  readonly help: string;
  /** As UCUM: `s`, `{request}`; `1`: none. */
  readonly unit: string;
} & (
  | { readonly kind: 'counter' | 'gauge'; readonly points: readonly Point[] }
  | { readonly kind: 'histogram'; readonly tally: Tally }
);

export interface Point {
  /** Values are printable and bounded. */
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** What is only known when a run is over: from its report, with which the last figures then agree. */
export interface Ending {
  readonly unsent: number;
  readonly valid: boolean;
  readonly cost: Progress['cost'];
}

const LABEL_LIMIT = 100;

/** All that is measured during a run. Pure; the same measures, in the same order, at every moment. */
export function measurements(progress: Progress, ending?: Ending): Measurement[] {
  const { planned, due, sent, inFlight, response, lateness, nowMs, durationMs, over } = progress;
  const cost = ending === undefined ? progress.cost : ending.cost;
  return [
    gauge('replay.run.info', 'Which run it is; always 1', '1', [{ labels: info(progress), value: 1 }]),
    gauge('replay.run.elapsed', 'Time since the first moment of the schedule', 's', only(Math.max(0, nowMs) / 1000)),
    gauge('replay.run.length', 'Length of the schedule', 's', only(durationMs / 1000)),
    gauge('replay.run.over', '1 when every answer is in, else 0', '1', only(over ? 1 : 0)),
    gauge(
      'replay.run.valid',
      'The verdict of the report, 1 or 0; absent before',
      '1',
      ending && [one(ending.valid ? 1 : 0)],
    ),
    gauge('replay.requests.planned', 'Requests of the whole run', '{request}', only(planned)),
    gauge(
      'replay.requests.unsent',
      'Requests never sent; absent before the end',
      '{request}',
      ending && [one(ending.unsent)],
    ),
    counter('replay.requests.due', 'Requests that the schedule wanted sent until now', '{request}', only(due)),
    counter('replay.requests.sent', 'Requests handed to the backend until now', '{request}', only(sent)),
    counter('replay.requests', 'Requests with an outcome', '{request}', byOutcome(progress)),
    gauge('replay.in_flight', 'Requests handed over and not answered', '{request}', only(inFlight)),
    {
      ...measure('replay.response', 'Done - due of the successes after the warm-up', 's'),
      kind: 'histogram',
      tally: response,
    },
    {
      ...measure('replay.lateness', 'Hand-over - release: how late the generator was', 's'),
      kind: 'histogram',
      tally: lateness,
    },
    counter(
      'replay.cost',
      'What is expected to have been billed until now; absent where unknown',
      '1',
      costPoints(cost),
    ),
  ];
}

function info({ run }: Progress): Point['labels'] {
  const { id, trace, backend, workers, pacing, version } = run;
  const texts = { run: id, trace, backend, workers: String(workers), pacing, version };
  return Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, printable(text, LABEL_LIMIT)]));
}

/** Every outcome there is, also those that have not come: a counter that appears late hides its first jump. */
function byOutcome({ ok, failures }: Progress): Point[] {
  return OUTCOMES.map((outcome) => ({
    labels: { outcome },
    value: outcome === 'ok' ? ok : (failures[outcome] ?? 0),
  }));
}

function costPoints(cost: Progress['cost']): Point[] {
  return cost === null ? [] : [{ labels: { currency: printable(cost.currency, LABEL_LIMIT) }, value: cost.amount }];
}

function measure(name: string, help: string, unit: string): Pick<Measurement, 'name' | 'help' | 'unit'> {
  return { name, help, unit };
}

function gauge(name: string, help: string, unit: string, points: readonly Point[] = []): Measurement {
  return { name, help, unit, kind: 'gauge', points };
}

function counter(name: string, help: string, unit: string, points: readonly Point[]): Measurement {
  return { name, help, unit, kind: 'counter', points };
}

function only(value: number): Point[] {
  return [one(value)];
}

function one(value: number): Point {
  return { labels: {}, value };
}
