/** `10%` or `0.1`: above 0 and at most 1. Throws an Error whose message says what to give. */
export function parseShare(text: string): number {
  const [, number, percent] = /^\s*(\d*\.?\d+)\s*(%?)\s*$/.exec(text) ?? [];
  const share = Number(number) / (percent === '%' ? 100 : 1);
  if (!(share > 0 && share <= 1)) throw new Error('give a share above 0 and at most 1, such as 10% or 0.1');
  return share;
}
