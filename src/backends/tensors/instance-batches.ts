import { counted } from '../../text/counted.js';
import { isDeepStrictEqual } from 'node:util';
import type { BatchOutcome, Lacking } from '../backend.js';
import { messageOf, UserError } from '../../errors.js';
import type { Outcome } from '../../sample.js';
import { parseExactJson } from './exact-json.js';
import { bufferOf, jsonStructure, parsedWithoutNonFinite, READS_NON_FINITE } from './json-body.js';
import { memberSpans } from './member-span.js';
import { payloadAt } from '../shared/payload-at.js';

/** Several payloads in one JSON body, and one JSON answer split again. */
export interface InstanceBatches {
  /** The instances of these payloads, in order, as one body. */
  body(payloads: Uint32Array): Buffer;
  /** Its length, without making it. */
  bodyBytes(payloads: Uint32Array): number;
  /** The outcome of the batch, where the answer of a success lacks some predictions. */
  split(outcome: Outcome, payloads: Uint32Array, answer: Uint8Array): BatchOutcome;
}

/** What the list of a body is called: `instances`, or TF Serving's `examples` of classify and regress. */
type ListName = 'instances' | 'examples';

/**
 * Batches over a payload table, each entry as the body it would be sent as alone. What stands beside the instances
 * (a signature, parameters) must be the same everywhere, for a batch has it once. Throws `UserError` naming the entry.
 */
export function instanceBatches(
  backend: string,
  bodies: readonly Uint8Array[],
  list: ListName = 'instances',
): InstanceBatches {
  const parts = bodies.map((body, index) => {
    try {
      return partOf(body, list);
    } catch (thrown) {
      throw new UserError(
        `backend ${backend}: payload ${String(index)} of the trace has no place in a batch: ${messageOf(thrown)}`,
      );
    }
  });
  const [first] = parts;
  if (first === undefined)
    throw new UserError(
      `backend ${backend}: a batch is made of payloads, and there are none; give --body or --payload`,
    );
  const stranger = parts.findIndex(({ rest }) => !isDeepStrictEqual(rest, first.rest));
  if (stranger >= 0)
    throw new UserError(
      `backend ${backend}: payloads 0 and ${String(stranger)} of the trace differ in what stands beside their ${list}; a batch has it once`,
    );
  const around = first.before.length + first.after.length - 1;
  const at = (payload: number): Part => payloadAt(parts, payload);
  return {
    body: (payloads) => join(first, Array.from(payloads, at)),
    bodyBytes: (payloads) => payloads.reduce((sum, payload) => sum + at(payload).entries.length + 1, around),
    split(outcome, payloads, answer) {
      const counts = Array.from(payloads, (payload) => at(payload).count);
      return outcome.ok ? withLacking(outcome, counts, predictionsOf(answer)) : outcome;
    },
  };
}

/** One body, taken apart at its list. The bytes are the user's own. */
interface Part {
  readonly before: Buffer;
  /** The entries with the commas between them. */
  readonly entries: Buffer;
  readonly after: Buffer;
  readonly count: number;
  /** The other members, each number as it is written. */
  readonly rest: unknown;
}

function partOf(body: Uint8Array, list: ListName): Part {
  // What the service would not read has been refused where the body was made.
  const value = jsonStructure(body, READS_NON_FINITE);
  if (!isObject(value) || !Array.isArray(value[list])) throw new Error(`it is no {"${list}": [...]}`);
  const count = value[list].length;
  if (count === 0) throw new Error(`it has no ${list}`);
  const bytes = bufferOf(body);
  // A character for each byte, so that places in the text are places in the bytes.
  const [span, ...others] = memberSpans(bytes.toString('latin1'), list);
  if (span === undefined || others.length > 0) throw new Error(`it has ${list} more than once`);
  const before = bytes.subarray(0, span.start + 1);
  const after = bytes.subarray(span.end - 1);
  const rest = parseExactJson(Buffer.concat([before, after]).toString('utf8'), (number) => ({ number }));
  return { before, entries: bytes.subarray(span.start + 1, span.end - 1), after, count, rest };
}

const COMMA = Buffer.from(',');

function join({ before, after }: Part, parts: readonly Part[]): Buffer {
  return Buffer.concat([before, ...parts.flatMap(({ entries }, i) => (i === 0 ? [entries] : [COMMA, entries])), after]);
}

/**
 * A success, less the requests without a prediction. `counts`: the instances of each request; `predictions`: undefined where
 * the answer has no list of them. More of them than instances: it is unknown whose is whose.
 */
export function withLacking(
  outcome: Outcome,
  counts: readonly number[],
  predictions: readonly unknown[] | undefined,
): BatchOutcome {
  const wanted = counts.reduce((sum, count) => sum + count, 0);
  if (predictions === undefined || predictions.length > wanted) {
    const what = predictions === undefined ? 'no list of predictions' : counted(predictions.length, 'prediction');
    return {
      ...outcome,
      lacking: { at: [...counts.keys()], detail: `the answer holds ${what} for ${counted(wanted, 'instance')}` },
    };
  }
  const at = unanswered(counts, predictions);
  if (at.length === 0) return outcome;
  return { ...outcome, lacking: { at, detail: lackingDetail(predictions, wanted) } };
}

function lackingDetail(predictions: readonly unknown[], wanted: number): string {
  const there = predictions.filter((prediction) => prediction !== null).length;
  return `the answer holds ${counted(there, 'prediction')} for ${counted(wanted, 'instance')}, and none for this one`;
}

/** The requests of which an instance has no prediction, or null for one. */
function unanswered(counts: readonly number[], predictions: readonly unknown[]): Lacking['at'] {
  const lacking: number[] = [];
  let first = 0;
  counts.forEach((count, request) => {
    const own = predictions.slice(first, first + count);
    if (own.length < count || own.includes(null)) lacking.push(request);
    first += count;
  });
  return lacking;
}

/**
 * A bare list, `{"predictions": [...]}`, `{"results": [...]}` (classify and regress of TF Serving), or one of these as the
 * text in `body`, as functions answer that are made for a URL.
 */
function predictionsOf(answer: Uint8Array): readonly unknown[] | undefined {
  let value: unknown;
  try {
    value = parsedAnswer(Buffer.from(answer.buffer, answer.byteOffset, answer.byteLength).toString('utf8'));
    if (isObject(value) && typeof value['body'] === 'string') value = parsedAnswer(value['body']);
  } catch {
    return undefined;
  }
  const lists = isObject(value) ? [value['predictions'], value['results']] : [value];
  return lists.find((list): list is readonly unknown[] => Array.isArray(list));
}

/** TensorFlow Serving writes NaN and Infinity as they are, which strict JSON does not know; here only the places count. */
function parsedAnswer(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (thrown) {
    const value = parsedWithoutNonFinite(text);
    if (value === undefined) throw thrown;
    return value.json;
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
