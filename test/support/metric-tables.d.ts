export declare const TABLES: Readonly<Record<'docs/thresholds.md' | 'docs/metrics.md', string>>;
export declare function pageWith(root: URL, page: keyof typeof TABLES): string;
