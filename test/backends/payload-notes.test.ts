import { describe, expect, it } from 'vitest';
import { defaultPayload } from '#src/backends/onnx/fill-inputs';
import type { ModelInput } from '#src/backends/onnx/model-input';
import { payloadNotes } from '#src/backends/onnx/payload-notes';
import type { Payload } from '#src/trace';
import { json } from '../support/prepared-backend.js';

const INPUTS: readonly ModelInput[] = [
  { name: 'input_ids', dtype: 'int64', shape: ['N', 'S'] },
  { name: 'attention_mask', dtype: 'int64', shape: ['N', 'S'] },
  { name: 'state', dtype: 'float32', shape: ['N', 4] },
];
const SHAPE = { inputs: INPUTS, sequenceLength: 7 };
const MADE: Payload = { kind: 'tensor', tensor: defaultPayload(INPUTS, 7) };

const ids = '"input_ids":[[1,2,3]]';
const mask = '"attention_mask":[[1,1,1]]';
const state = '"state":[[0,0,0,0]]';

describe('the notes of a run name', () => {
  it('what was made without a payload: the sizes, the inputs, and the option that sets others', () => {
    expect(payloadNotes([], MADE, SHAPE)).toEqual([
      'The trace has no payload: input_ids int64 [1, 7] of random values was made for input_ids int64 [N, S], and for the other inputs attention_mask int64 [1, 7] with ones, state float32 [1, 4] with zeros. The cost of a call depends on these sizes; a payload, or --set sequence-length=N, sets others.',
    ]);
  });

  it('inputs that a payload leaves out, with their sizes and what they were filled with', () => {
    expect(payloadNotes([json(`{"inputs":{${ids}}}`)], MADE, SHAPE)).toEqual([
      'Payload 0 leaves inputs out, which were filled: attention_mask int64 [1, 3] with ones, state float32 [1, 4] with zeros.',
    ]);
  });

  it('payloads that leave out the same inputs together, and nothing of those that are whole', () => {
    const whole = json(`{"inputs":{${ids},${mask},${state}}}`);
    const without = json(`{"inputs":{${ids},${mask}}}`);
    expect(payloadNotes([whole, without, whole, without, without], MADE, SHAPE)).toEqual([
      'Payload 1 and 2 more leave inputs out, which were filled: state float32 [1, 4] with zeros.',
    ]);
    expect(payloadNotes([whole], MADE, SHAPE)).toEqual([]);
  });

  it('at most three kinds, and how many more there are', () => {
    const lengths = [1, 2, 3, 4, 5].map((n) =>
      json(`{"inputs":{"input_ids":[[${Array(n).fill('1').join(',')}]],${state}}}`),
    );
    const notes = payloadNotes(lengths, MADE, SHAPE);
    expect(notes).toHaveLength(4);
    expect(notes[0]).toBe('Payload 0 leaves inputs out, which were filled: attention_mask int64 [1, 1] with ones.');
    expect(notes[3]).toBe('2 other kinds of payloads leave inputs out, too.');
  });
});
