/**
 * A text as a field of CSV (RFC 4180). A spreadsheet computes a text that begins like a formula, and what a service answers
 * must not become a command there: it gets an apostrophe. Empty stays empty.
 */
export function csvField(text: string): string {
  const harmless = /^[=+\-@\t\r\n＝＋－＠]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}
