import { printable, UserError } from './errors.js';

export type HeaderField = readonly [name: string, value: string];

/** Fields that say where a request ends are the client's own: a wrong one would be read as part of the next request. */
const CLIENTS_OWN = [
  'content-length',
  'transfer-encoding',
  'connection',
  'upgrade',
  'keep-alive',
  'te',
  'trailer',
  'expect',
];

/** Throws `UserError` unless it is a method of HTTP; CONNECT asks for a tunnel. */
export function checkMethod(method: string): void {
  if (!/^[A-Z][A-Z-]{0,31}$/.test(method))
    throw new UserError(`method ${printable(method, 40)}: give an HTTP method such as GET or POST`);
  if (method === 'CONNECT')
    throw new UserError('method CONNECT asks for a tunnel, which is no request to measure; give another');
}

/** Throws `UserError` unless it is a path and query as they go on the wire. */
export function checkPath(path: string): void {
  if (!/^\/[\x21-\x7e]*$/.test(path))
    throw new UserError(`path ${printable(path, 80)}: give one that begins with / and is percent-encoded`);
}

/** Throws `UserError` unless the field is one line: a token, and text of printable Latin-1 characters. */
export function checkHeaderField([name, value]: HeaderField): void {
  if (!/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name)) {
    throw new UserError(`header ${printable(name, 60)}: give a name of letters, digits and dashes`);
  }
  if (!/^[\t\x20-\x7e\x80-\xff]*$/.test(value)) {
    throw new UserError(`header ${name}: its value holds a line end or a character outside Latin-1; remove it`);
  }
}

/** The same for a field that the user gives, which may not be one that frames the request. */
export function checkGivenHeader(field: HeaderField): void {
  checkHeaderField(field);
  if (CLIENTS_OWN.includes(field[0].toLowerCase()))
    throw new UserError(`header ${printable(field[0], 60)} is set by the client itself; leave it out`);
}
