/**
 * Detaches a buffer in this thread. As long as none was, V8 compiles whatever reads typed arrays for a thread where none ever
 * is, and the first one throws all of it away: in the first second of a run, when the first batch's memory goes back to its
 * worker. What is compiled after this lasts.
 */
export function detachOne(): void {
  const buffer = new ArrayBuffer(8);
  structuredClone(buffer, { transfer: [buffer] });
}
