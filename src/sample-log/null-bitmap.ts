/** Padded to 8 bytes, as the Arrow format wants every buffer. */
export function bitmapBytes(rows: number): number {
  return ((rows + 63) >> 6) << 3;
}

/**
 * NaN is how the samples say null. Sets a bit for each value that is there, least significant first, in a bitmap of zeros;
 * returns how many there are.
 */
export function markPresent(column: Float64Array, rows: number, bitmap: Uint8Array): number {
  let present = 0;
  for (let i = 0; i < rows; i++) {
    const value = column[i] as number;
    // Without a branch: code compiled while a column was all NaN would be undone by its first value.
    const bit = value === value ? 1 : 0;
    bitmap[i >> 3] = (bitmap[i >> 3] as number) | (bit << (i & 7));
    present += bit;
  }
  return present;
}
