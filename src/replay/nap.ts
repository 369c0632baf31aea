/** A futex wakes a thread so much after the moment it was told. */
const LATE_MS = 0.05;

/** Makes a way for this thread to sleep for about so many ms, deaf to everything; a timer of the loop counts whole ms. */
export function createNap(): (ms: number) => void {
  const nobodyWrites = new Int32Array(new SharedArrayBuffer(4));
  return (ms) => {
    if (ms > LATE_MS) Atomics.wait(nobodyWrites, 0, 0, ms - LATE_MS);
  };
}
