/** More pages than any window of a run can have. */
const MOST_PAGES = 2000;

/** Asks for page after page: `read` resolves with the token of the next, if there is one. Rejects where that never ends. */
export async function eachPage(read: (token: string | undefined) => Promise<string | undefined>): Promise<void> {
  const seen = new Set<string>();
  let token = await read(undefined);
  while (token !== undefined && token !== '') {
    if (seen.has(token) || seen.size >= MOST_PAGES) throw new Error('the pages of the answer do not end');
    seen.add(token);
    token = await read(token);
  }
}
