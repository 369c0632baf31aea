interface Result {
  readonly response: unknown;
}
type Next = (request: object) => Promise<Result>;

/** A command of the vendor's client, as far as it is used here. */
interface Command {
  readonly middlewareStack: {
    add(middleware: (next: Next) => Next, how: { readonly step: string; readonly priority: string }): void;
  };
}

/** What the vendor's client leaves out of its answers: the value of Content-Encoding, once the command was answered. */
export function contentEncodingOf(command: object): () => string | undefined {
  let encoding: string | undefined;
  const read =
    (next: Next): Next =>
    async (request) => {
      const result = await next(request);
      encoding = headerOf(result.response);
      return result;
    };
  (command as Command).middlewareStack.add(read, { step: 'deserialize', priority: 'low' });
  return () => encoding;
}

function headerOf(response: unknown): string | undefined {
  const headers = (response as { readonly headers?: Readonly<Record<string, string>> } | undefined)?.headers ?? {};
  return Object.entries(headers).find(([name]) => name.toLowerCase() === 'content-encoding')?.[1];
}
