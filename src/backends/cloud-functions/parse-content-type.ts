import { checkHeaderField } from '../../http-syntax.js';

/** Reads the option `content-type`. Throws an Error that says what to give. */
export function parseContentType(text: string): string {
  checkHeaderField(['content-type', text]);
  if (text.trim() === '') throw new Error('give a type such as application/json');
  return text.trim();
}
