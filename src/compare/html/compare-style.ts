/** What the page of a comparison has besides a report's. Colours are a report's, which are readable in light, dark and print. */
export const COMPARE_STYLE = `
.bars { width: 100%; table-layout: fixed; margin: 0 0 1.5rem; }
.bars thead th:first-child { width: 24%; }
.bars th[scope=row] { overflow-wrap: anywhere; vertical-align: middle; }
.bars .slo { width: 8.5rem; font-size: 0.85rem; }
.bars .is-met { color: var(--good); font-weight: 600; }
.bars .is-missed { color: var(--wrong); font-weight: 600; }
.bars .scale { color: var(--soft); font-size: 0.8rem; vertical-align: bottom; }
.swatch { width: 0.7em; height: 0.7em; margin-right: 0.45em; }
.swatch rect { fill: var(--ink); }
.bars thead th { color: var(--soft); font-size: 0.85rem; border-bottom: 1px solid var(--soft); }
.bars .group th { padding-top: 0.9rem; font-weight: 650; overflow-wrap: anywhere; }
.bars td { vertical-align: middle; }
.bars td span { display: block; font-size: 0.85rem; line-height: 1.3; }
.bar .endless { fill: none; stroke: var(--ink); stroke-width: 1.5; stroke-dasharray: 5 3; vector-effect: non-scaling-stroke; }
.bar line { stroke: var(--text); stroke-width: 1.5; vector-effect: non-scaling-stroke; }
.chart { display: block; width: 100%; height: 312px; overflow: visible; font-size: 12px; }
.chart text { fill: var(--text); paint-order: stroke; stroke: var(--paper); stroke-width: 4px; }
.chart .tick, .chart .axis { fill: var(--soft); }
.chart .level { stroke: var(--ink-limit); stroke-width: 1.5; stroke-dasharray: 7 4; }
.chart .of-level { fill: var(--ink-limit); font-weight: 600; }
.chart .grid { stroke: var(--ink-grid); }
.chart .way { stroke: var(--ink); stroke-width: 1.5; }
.chart .stair { stroke: var(--soft); stroke-dasharray: 1 4; stroke-linecap: round; stroke-width: 2; }
.chart circle { fill: var(--ink); stroke: var(--ink); stroke-width: 2; }
.chart .beaten { fill: var(--paper); }
.key-of .beaten { fill: var(--paper); stroke: var(--ink); stroke-width: 2; }
.judged { margin: 0 0 1.75rem; }
@media (max-width: 34rem) {
  .bars, .bars tbody, .bars tr, .bars th, .bars td { display: block; width: auto !important; }
  .bars thead { display: none; }
  .bars tr { padding: 0.5rem 0; border-top: 1px solid var(--rule); }
  .bars td { padding: 0.15rem 0; }
  .bars .scale:empty { display: none; }
  .bars td.slo::before, .bars td.scale::before { display: inline !important; margin-right: 0.5em; }
  .bars td[data-of]::before { content: attr(data-of); display: block; color: var(--soft); font-size: 0.8rem; }
}
:root[data-print] .chart { width: 660px; }
@media print { .swatch rect, .chart circle { -webkit-print-color-adjust: exact; print-color-adjust: exact; } }
`;
