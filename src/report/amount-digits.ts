/** Six digits, never in powers of ten where zeros can be read. */
export function amountDigits(value: number): string {
  const short = Number(value.toPrecision(6));
  return Math.abs(short) < 1e-3 && Math.abs(short) > 1e-11 ? short.toFixed(12).replace(/0+$/, '') : String(short);
}
