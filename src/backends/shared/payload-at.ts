/** The entry of a table that has one for each payload. Throws where the engine asks for another: a bug of ours. */
export function payloadAt<Entry>(table: readonly Entry[], payload: number): Entry {
  const entry = table[payload];
  if (entry === undefined) throw new Error(`payload ${String(payload)} is not in the table of ${String(table.length)}`);
  return entry;
}
