import type { Payload } from '../../trace.js';
import { filledInputs, type FeedShape } from './decode-payload.js';
import { describeInput } from './model-input.js';

/**
 * What of the payloads was not given but made here, in sentences for the report: the cost of a call depends on it. `given`:
 * the payloads of the trace; empty: `made` was made in their place.
 */
export function payloadNotes(given: readonly Payload[], made: Payload, shape: FeedShape): readonly string[] {
  return given.length > 0 ? leftOut(given, shape) : [madeNote(made, shape)];
}

function madeNote(made: Payload, shape: FeedShape): string {
  const [first] = shape.inputs;
  if (first === undefined || made.kind !== 'tensor')
    throw new Error('a payload is made as the tensor of the first input');
  const sent = describeInput({ ...first, shape: made.tensor.shape });
  const others = filledInputs(made, shape);
  const filled = others.length === 0 ? '' : `, and for the other inputs ${others.join(', ')}`;
  return `The trace has no payload: ${sent} of random values was made for ${describeInput(first)}${filled}. The cost of a call depends on these sizes; a payload, or --set sequence-length=N, sets others.`;
}

/** Payloads that leave out the same inputs are one sentence. */
function leftOut(given: readonly Payload[], shape: FeedShape): readonly string[] {
  const payloads = new Map<string, number[]>();
  given.forEach((payload, index) => {
    const filled = filledInputs(payload, shape).join(', ');
    if (filled !== '') payloads.set(filled, [...(payloads.get(filled) ?? []), index]);
  });
  const all = [...payloads];
  const told = all.slice(0, MOST_TOLD).map(([filled, [first = 0, ...more]]) => {
    const which =
      more.length === 0
        ? `Payload ${String(first)} leaves`
        : `Payload ${String(first)} and ${String(more.length)} more leave`;
    return `${which} inputs out, which were filled: ${filled}.`;
  });
  return all.length > told.length
    ? [...told, `${String(all.length - told.length)} other kinds of payloads leave inputs out, too.`]
    : told;
}

const MOST_TOLD = 3;
