import { BOUNDS } from '../collectors/shapes.js';
import { METRIC_UNITS } from '../metric.js';
import type { RunSummary, ThresholdResult, Verdict } from '../report.js';
import {
  above0,
  amount,
  anyMapping,
  count,
  described,
  limited,
  list,
  mapOf,
  named,
  nullable,
  number,
  object,
  oneOf,
  optional,
  plain,
  text,
  textOrNumber,
  truth,
  type ObjectShape,
} from '../shape.js';

export const THRESHOLD: ObjectShape<ThresholdResult> = named(
  'threshold',
  object<ThresholdResult>({
    text: described('As given, without spaces.', text),
    actual: described('Null where infinite or unknown: then it is not ok.', nullable(amount)),
    unit: oneOf(...METRIC_UNITS),
    limit: described('In the same unit.', amount),
    ok: truth,
    why: described('Null when ok.', nullable(text)),
    decided: optional(described('Only of an INVALID run: whether our own share cannot have turned the answer.', truth)),
    bounds: optional(BOUNDS),
  }),
);

/** What a report says of its run. */
export const RUN: ObjectShape<RunSummary> = named(
  'run',
  object<RunSummary>({
    id: text,
    trace: object<RunSummary['trace']>({
      name: limited({ maxLength: 200 }, text),
      sha256: limited({ pattern: '^[0-9a-f]{64}$' }, text),
      recipe: described('How the trace was made, when it says so.', nullable(anyMapping)),
    }),
    backend: text,
    time: oneOf('real', 'virtual'),
    startedAt: described('ISO 8601; null in virtual time.', nullable(text)),
    durationMs: described('From due 0 to the end of the window.', amount),
    endedMs: described('When the last answer was in.', amount),
    interrupted: truth,
    stopReason: nullable(text),
    workers: limited({ minimum: 1 }, count),
    pacing: object<RunSummary['pacing']>({ asked: text, used: text, why: text }),
    speed: above0,
    window: optional(
      described(
        "Of the trace's own time, ms; toMs null: to its end.",
        object<NonNullable<RunSummary['window']>>({ fromMs: amount, toMs: nullable(number) }),
      ),
    ),
    host: optional(described('The machine that sent; absent in virtual time.', mapOf(textOrNumber))),
    sent: optional(
      described(
        'What the requests carried.',
        object<NonNullable<RunSummary['sent']>>({
          payloads: count,
          bytes: described('Of all payloads together; null: some are tensors.', nullable(count)),
          sha256: text,
          shapes: list(text),
        }),
      ),
    ),
    served: optional(described('What was known of the service before the start, by name.', mapOf(plain))),
    warmupMs: amount,
    timeoutMs: amount,
    seed: number,
    options: anyMapping,
    backendFacts: mapOf(plain),
    tags: optional(described('What the user said of the run (--tag); absent: nothing.', mapOf(text))),
    notes: list(text),
    replayVersion: text,
  }),
);

export const VERDICT: ObjectShape<Verdict> = object<Verdict>({ valid: truth, reasons: list(text) });
