import { expect } from 'vitest';

// Typed arrays that hold the same bytes are equal; value by value that takes vitest a microsecond each. For others it says
// what differs. Once: the files of a worker share its testers.
const TOLD = Symbol.for('replay: equal arrays');
if (!Object.hasOwn(globalThis, TOLD)) {
  Object.defineProperty(globalThis, TOLD, { value: true });
  expect.addEqualityTesters([
    (a, b) => (ArrayBuffer.isView(a) && ArrayBuffer.isView(b) && areAlike(a, b) ? true : undefined),
  ]);
}

function areAlike(a: ArrayBufferView, b: ArrayBufferView): boolean {
  return a.constructor === b.constructor && Buffer.compare(bytesOf(a), bytesOf(b)) === 0;
}

function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
