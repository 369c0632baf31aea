/** What the cloud's own meters counted beside what the client saw. Differences are shown, not resolved. */
export interface CloudSection {
  readonly source: string;
  /** What was asked about. */
  readonly subject: string;
  /** ISO 8601, whole minutes; whatever else called the service within it is counted too. */
  readonly window: { readonly from: string; readonly to: string };
  readonly readAt: string;
  readonly rows: readonly CloudRow[];
  readonly missing: readonly { readonly what: string; readonly reason: string }[];
  /** Sentences: why a difference may be there, whether reading came to its end. */
  readonly notes: readonly string[];
}

/** Null: that side does not tell. */
export interface CloudRow {
  readonly what: string;
  readonly client: number | null;
  readonly cloud: number | null;
  /** cloud - client. */
  readonly difference: number | null;
  readonly unit: string;
}
