/** A reader of options that takes what the pattern matches; `what` completes "give ...". */
export function matching(pattern: RegExp, what: string): (text: string) => string {
  return (text) => {
    if (!pattern.test(text)) throw new Error(`give ${what}`);
    return text;
  };
}
