import type { Feed } from './fill-inputs.js';
import { describeInput, type ModelInput } from './model-input.js';
import { newTensor, type Tensor } from '../tensors/tensor.js';

/** The decoded payloads of a session thread. */
export interface FeedTable {
  /** One, or several joined to one along the first axis. Throws where the table has no such entry. */
  feed(wanted: number | Uint32Array): Feed;
}

/** Of joined feeds the last is kept: with one payload and full batches all are alike. */
export function feedTable(feeds: readonly Feed[]): FeedTable {
  let lastKey = '';
  let last: Feed | undefined;
  const at = (index: number): Feed => {
    const feed = feeds[index];
    if (feed === undefined) throw new Error('the payload table has no such entry');
    return feed;
  };
  return {
    feed(wanted) {
      if (typeof wanted === 'number') return at(wanted);
      const key = wanted.join();
      if (last === undefined || key !== lastKey) last = joined(Array.from(wanted, at));
      lastKey = key;
      return last;
    },
  };
}

function joined(feeds: readonly Feed[]): Feed {
  return (feeds[0] ?? []).map((_, input) => joinedTensor(feeds.map((feed) => feed[input] as Tensor)));
}

/** Along the first axis: row-major values follow one another. */
function joinedTensor(tensors: readonly Tensor[]): Tensor {
  const { dtype, shape } = tensors[0] as Tensor;
  const rows = tensors.reduce((sum, tensor) => sum + (tensor.shape[0] ?? 1), 0);
  const whole = newTensor(dtype, [rows, ...shape.slice(1)]);
  let at = 0;
  for (const { values } of tensors) {
    (whole.values as { set(values: Tensor['values'], at: number): void }).set(values, at);
    at += values.length;
  }
  return whole;
}

/** Throws an Error unless any of these feeds can be joined: a free first axis everywhere, and beyond it equal shapes. */
export function checkJoinable(inputs: readonly ModelInput[], feeds: Iterable<Feed>): void {
  let first: Feed | undefined;
  for (const input of inputs) {
    if (typeof input.shape[0] === 'string') continue;
    throw new Error(
      `the model's input ${describeInput(input)} has no free first axis; export it with a free batch axis`,
    );
  }
  let index = 0;
  for (const feed of feeds) {
    first ??= feed;
    inputs.forEach((input, i) => {
      const [own, others] = [feed, first].map((one) => one?.[i]?.shape.slice(1).join(' x '));
      if (own !== others)
        throw new Error(
          `payloads 0 and ${String(index)} give ${describeInput(input)} different shapes beyond the first axis (${String(others)} and ${String(own)})`,
        );
    });
    index++;
  }
}
