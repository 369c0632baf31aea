/** A figure of the live view: a length of time with its history, or texts beside each other. */
export type LiveFigure = { readonly label: string } & (
  { readonly ms: number | null; readonly history: readonly (number | null)[] } | { readonly texts: readonly LiveText[] }
);

/** Harmless text of one look. */
export interface LiveText {
  readonly text: string;
  readonly as: 'plain' | 'yellow' | 'red';
}
