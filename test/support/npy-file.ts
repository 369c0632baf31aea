/** An array as numpy.save writes it, version 1. */
export function npyFile(descr: string, shape: readonly number[], data: Uint8Array): Buffer {
  const dimensions = shape.map((size) => `${String(size)},`).join(' ');
  const header = `{'descr': '${descr}', 'fortran_order': False, 'shape': (${dimensions}), }`;
  const padded = header.padEnd(64 * Math.ceil((header.length + 11) / 64) - 11);
  const prefix = Buffer.from([0x93, ...Buffer.from('NUMPY'), 1, 0, 0, 0]);
  prefix.writeUInt16LE(padded.length + 1, 8);
  return Buffer.concat([prefix, Buffer.from(`${padded}\n`), data]);
}
