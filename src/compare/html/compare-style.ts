/** What the page of a comparison has besides a report's. Colours are a report's, which are readable in light, dark and print. */
export const COMPARE_STYLE = `
.ink-first { --ink: var(--ink-first); } .ink-second { --ink: var(--ink-second); } .ink-third { --ink: var(--ink-third); }
.ink-cold { --ink: var(--ink-cold); } .ink-bad1 { --ink: var(--ink-bad1); } .ink-bad4 { --ink: var(--ink-bad4); }
.ink-bad2 { --ink: var(--ink-bad2); } .ink-bad3 { --ink: var(--ink-bad3); } .ink-offer { --ink: var(--ink-offer); }
.bars { width: 100%; table-layout: fixed; margin: 0 0 1.5rem; }
.bars th[scope=row] { width: 26%; overflow-wrap: anywhere; }
.bars thead th { color: var(--soft); font-size: 0.85rem; border-bottom: 1px solid var(--soft); }
.bars .group th { padding-top: 0.9rem; font-weight: 650; overflow-wrap: anywhere; }
.bars td { vertical-align: middle; }
.bars td span { display: block; font-size: 0.85rem; line-height: 1.3; }
.bar { display: block; width: 100%; height: 0.75rem; overflow: visible; }
.bar rect { fill: var(--ink); }
.bar .endless { fill: none; stroke: var(--ink); stroke-width: 1.5; stroke-dasharray: 5 3; vector-effect: non-scaling-stroke; }
.bar line { stroke: var(--text); stroke-width: 1.5; vector-effect: non-scaling-stroke; }
.chart { display: block; width: 100%; height: 18rem; overflow: visible; font-size: 12px; }
.chart text { fill: var(--text); paint-order: stroke; stroke: var(--paper); stroke-width: 4px; }
.chart .tick { fill: var(--soft); }
.chart .grid { stroke: var(--ink-grid); }
.chart .way { stroke: var(--ink); stroke-width: 1.5; }
.chart .stair { stroke: var(--soft); stroke-dasharray: 4 3; }
.chart circle { fill: var(--ink); stroke: var(--ink); stroke-width: 2; }
.chart .beaten { fill: var(--paper); }
.key-of { list-style: none; margin: 0.4rem 0 0; padding: 0; display: flex; flex-wrap: wrap; gap: 0.1rem 1.2rem; font-size: 0.85rem; }
.key-of li { overflow-wrap: anywhere; }
.key-of svg { width: 0.75em; height: 0.75em; margin-right: 0.4em; }
.key-of rect { fill: var(--ink); }
.judged { margin: 0 0 1.75rem; }
@media (max-width: 34rem) {
  .bars th[scope=row] { width: 32%; }
  .bars td:last-child, .bars thead th:last-child { padding-right: 0; }
}
@media print { .bar rect, .chart circle, .key-of rect { -webkit-print-color-adjust: exact; print-color-adjust: exact; } .chart { height: 14rem; } }
`;
