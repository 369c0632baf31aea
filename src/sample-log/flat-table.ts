/**
 * Just enough of the FlatBuffers wire format to look into an Arrow message before a decoder trusts it: a table holds
 * its fields at offsets that its vtable lists; a vector starts with its length. Reading outside of the bytes throws.
 */
export class FlatTable {
  readonly #view: DataView;
  readonly #at: number;

  private constructor(view: DataView, at: number) {
    this.#view = view;
    this.#at = at;
  }

  static root(bytes: Uint8Array): FlatTable {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    return new FlatTable(view, view.getUint32(0, true));
  }

  byte(field: number): number {
    const at = this.find(field);
    return at === null ? 0 : this.#view.getUint8(at);
  }

  int64(field: number): number {
    const at = this.find(field);
    return at === null ? 0 : Number(this.#view.getBigInt64(at, true));
  }

  table(field: number): FlatTable | null {
    const at = this.find(field);
    return at === null ? null : new FlatTable(this.#view, at + this.#view.getUint32(at, true));
  }

  /** The length of a vector; 0 when absent. */
  lengthOf(field: number): number {
    const at = this.find(field);
    return at === null ? 0 : this.#view.getUint32(at + this.#view.getUint32(at, true), true);
  }

  /** An int64 among the structs of a vector, `offset` bytes behind its start. */
  int64In(field: number, offset: number): number {
    const at = this.findVector(field);
    return at === null ? NaN : Number(this.#view.getBigInt64(at + offset, true));
  }

  /** Where the first element of a vector is, bytes from the start; null when absent. */
  findVector(field: number): number | null {
    const at = this.find(field);
    return at === null ? null : at + this.#view.getUint32(at, true) + 4;
  }

  /** Where a field is, bytes from the start; null when absent. */
  find(field: number): number | null {
    const vtable = this.#at - this.#view.getInt32(this.#at, true);
    const slot = 4 + 2 * field;
    if (slot >= this.#view.getUint16(vtable, true)) return null;
    const offset = this.#view.getUint16(vtable + slot, true);
    return offset === 0 ? null : this.#at + offset;
  }
}
