/**
 * How the page looks. Every text is at least 4.5 : 1 against what lies behind it, in light, dark and print. The colours of
 * systems are at least 3 : 1 against the paper, and can be distinguished from each other with any of the usual colour blindnesses.
 */
export const PAGE_STYLE = `
:root {
  --paper: #fcfcfa; --raised: #f3f3ef; --text: #1c1e21; --soft: #575d66; --rule: #d9d9d2; --link: #1a56a8;
  --good: #17663a; --good-back: #e6f4ea; --wrong: #a3161c; --wrong-back: #fbe9e8;
  --sound: #1d4f91; --sound-back: #e9f0fa; --doubt: #8a4600; --doubt-back: #fdf0dc; --ink-limit: #a3161c; --ink-paper: #fcfcfa;
  --ink-axis: #575d66; --ink-grid: #e6e6e0; --ink-shade: #8a8f9822;
  --ink-offer: #868d97; --ink-first: #1f5fbf; --ink-second: #b4530a; --ink-third: #0a7a6c; --ink-faint: #a7a9ae;
  --ink-ok: #a9c4b3; --ink-cold: #7338c9; --ink-bad1: #c0262d; --ink-bad2: #d97706; --ink-bad3: #8b2fa8; --ink-bad4: #5b6470;
  --ink-system1: #192dcd; --ink-system2: #c14008; --ink-system3: #208567; --ink-system4: #8f308d;
  --ink-system5: #23264a; --ink-system6: #b5820f; --ink-system7: #3590ee; --ink-system8: #7d1d12;
}
@media (prefers-color-scheme: dark) {
  :root:not([data-print]) {
    --paper: #14161a; --raised: #1d2025; --text: #e6e7e9; --soft: #a3a9b3; --rule: #343941; --link: #8ab8f5;
    --good: #7fd69d; --good-back: #15271c; --wrong: #ff9c96; --wrong-back: #341a1a;
    --sound: #8ab8f5; --sound-back: #16233a; --doubt: #f2b661; --doubt-back: #33240f; --ink-limit: #ff8f88; --ink-paper: #14161a;
    --ink-axis: #a3a9b3; --ink-grid: #282c33; --ink-shade: #a3a9b31f;
    --ink-offer: #7d8591; --ink-first: #6ea8fe; --ink-second: #f0a04b; --ink-third: #4fc9b6; --ink-faint: #636a75;
    --ink-ok: #3d5f4b; --ink-cold: #b894f6; --ink-bad1: #ff6b6b; --ink-bad2: #f5b041; --ink-bad3: #d58cf0; --ink-bad4: #97a0ad;
    --ink-system1: #878aff; --ink-system2: #ff7c46; --ink-system3: #1bc699; --ink-system4: #fca5ec;
    --ink-system5: #f4f4f0; --ink-system6: #c9db52; --ink-system7: #764ce6; --ink-system8: #c8453a;
  }
}
* { box-sizing: border-box; }
html { color-scheme: light dark; -webkit-text-size-adjust: 100%; }
body {
  margin: 0 auto; max-width: 68rem; padding: 2.5rem 1.5rem 3rem; background: var(--paper); color: var(--text);
  font: 15px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
}
h1 { margin: 0; font-size: 1.7rem; line-height: 1.25; font-weight: 650; letter-spacing: -0.01em; overflow-wrap: anywhere; }
h2 { margin: 3rem 0 1rem; padding-top: 0.9rem; border-top: 1px solid var(--rule); font-size: 1.2rem; font-weight: 650; }
h3 { margin: 0 0 0.4rem; font-size: 0.95rem; font-weight: 650; }
p { margin: 0 0 0.8rem; }
.skip { position: absolute; left: -99rem; }
.skip:focus { left: 1rem; top: 0.5rem; background: var(--paper); color: var(--link); padding: 0.3rem 0.6rem; }
.kind { margin: 0 0 0.3rem; color: var(--soft); font-size: 0.8rem; letter-spacing: 0.08em; text-transform: uppercase; }
.when { margin: 0.4rem 0 1.5rem; color: var(--soft); overflow-wrap: anywhere; }
.verdicts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 22rem), 1fr)); gap: 0.9rem; margin: 0 0 1.75rem; }
.verdict { padding: 0.9rem 1.1rem; border-left: 4px solid; border-radius: 2px; color: var(--text); background: var(--raised); }
.verdict .asks { margin: 0 0 0.15rem; color: var(--soft); font-size: 0.85rem; }
.verdict p { margin: 0; }
.verdict strong { margin-right: 0.6rem; font-size: 1.05rem; letter-spacing: 0.04em; text-transform: uppercase; }
.verdict ul { margin: 0.6rem 0 0; padding-left: 1.2rem; }
.verdict li { margin: 0.3rem 0; overflow-wrap: anywhere; }
.valid { border-color: var(--sound); background: var(--sound-back); }
.valid strong { color: var(--sound); }
.invalid { border-color: var(--doubt); background: var(--doubt-back); }
.invalid strong { color: var(--doubt); }
.slo-met { border-color: var(--good); background: var(--good-back); }
.slo-met strong { color: var(--good); }
.slo-missed { border-color: var(--wrong); background: var(--wrong-back); }
.slo-missed strong { color: var(--wrong); }
.slo-open { border-color: var(--doubt); background: var(--doubt-back); }
.slo-open strong { color: var(--doubt); }
.slo-none { border-color: var(--rule); }
.about { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 28rem), 1fr)); gap: 0.35rem 2rem; margin: 0 0 1.75rem; font-size: 0.88rem; }
.about div { display: flex; gap: 0.8rem; }
.about dt { flex: 0 0 5.5rem; color: var(--soft); }
.about dd { margin: 0; min-width: 0; overflow-wrap: anywhere; }
.key { display: flex; flex-wrap: wrap; gap: 1.2rem 1.1rem; margin: 0 0 1.75rem; }
.key div { flex: 1 1 6.2rem; }
.key dt { color: var(--soft); font-size: 0.85rem; }
.key dd { margin: 0; font-size: 1.45rem; line-height: 1.3; font-weight: 600; font-variant-numeric: tabular-nums; white-space: nowrap; }
.key .note { color: var(--soft); font-size: 0.8rem; font-weight: 400; white-space: normal; }
.notes { margin: 0 0 1.25rem; padding: 0.7rem 1.1rem; background: var(--raised); border-radius: 2px; overflow-wrap: anywhere; }
.notes ul { margin: 0; padding-left: 1.1rem; }
.keys, .legend, figcaption, .noscript, footer { color: var(--soft); font-size: 0.85rem; }
.legend { max-width: 46rem; }
kbd { padding: 0 0.3em; border: 1px solid var(--rule); border-radius: 3px; background: var(--raised); color: var(--text); font: inherit; font-size: 0.8rem; }
figure { margin: 1.75rem 0; min-width: 0; }
figcaption { margin-top: 0.3rem; max-width: 46rem; }
.pair { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 26rem), 1fr)); gap: 0 2rem; }
.pair figure { margin: 0.25rem 0 1.75rem; }
.plot { width: 100%; min-height: 17rem; border-radius: 2px; }
.plot.strip { min-height: 9rem; margin-bottom: 0.6rem; }
.bar { display: block; width: 100%; height: 0.75rem; overflow: visible; }
.bar rect { fill: var(--ink); }
.stages { height: 1.5rem; }
.key-of { list-style: none; margin: 0.4rem 0 0; padding: 0; display: flex; flex-wrap: wrap; gap: 0.1rem 1.2rem; font-size: 0.85rem; }
.key-of li { overflow-wrap: anywhere; }
.key-of svg { width: 0.75em; height: 0.75em; margin-right: 0.4em; }
.key-of rect { fill: var(--ink); }
.ink-system1 { --ink: var(--ink-system1); } .ink-system2 { --ink: var(--ink-system2); } .ink-system3 { --ink: var(--ink-system3); }
.ink-system4 { --ink: var(--ink-system4); } .ink-system5 { --ink: var(--ink-system5); } .ink-system6 { --ink: var(--ink-system6); }
.ink-system7 { --ink: var(--ink-system7); } .ink-system8 { --ink: var(--ink-system8); }
.plot:focus-visible, .scroll:focus-visible, .u-legend th:focus-visible, a:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }
.uplot { width: 100%; font-family: inherit; }
.uplot .u-legend { margin: 0.2rem 0 0; text-align: left; font-size: 0.8rem; line-height: 1.4; color: var(--text); font-variant-numeric: tabular-nums; }
.u-legend tr { margin-right: 1.1rem !important; }
.u-legend th, .u-legend td { padding: 1px 2px; }
.u-legend th { font-weight: 400; color: var(--soft); }
.u-legend .u-marker { width: 1.5em; height: 0.2em; margin-right: 0.4em; background: currentColor; vertical-align: 0.25em; }
.u-legend .u-marker[data-look=area], .u-legend .u-marker[data-look=mark] { width: 0.75em; height: 0.75em; border-radius: 2px; vertical-align: baseline; }
.u-legend .u-marker[data-look=mark] { border-radius: 50%; }
.u-legend .u-marker[data-look=dash] { background: repeating-linear-gradient(90deg, currentColor 0 0.4em, transparent 0.4em 0.55em); }
.u-legend .u-marker[data-look=none] { display: none; }
.u-legend .u-value { min-width: 4.2em; font-weight: 600; }
.u-legend .u-off th { text-decoration: line-through; }
.u-legend .u-off > * { opacity: 1; }
.u-hz .u-cursor-x, .u-vt .u-cursor-y { border-right: 1px solid var(--soft); }
.u-select { background: #7f8ea333; }
.scroll { overflow-x: auto; margin: 0 0 1rem; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
.scroll table { min-width: 24rem; }
caption { padding: 0.4rem 0; text-align: left; font-size: 0.95rem; font-weight: 650; }
th, td { padding: 0.28rem 0.9rem 0.28rem 0; text-align: left; vertical-align: top; font-weight: 400; }
.scroll thead th { border-bottom: 1px solid var(--soft); color: var(--soft); font-size: 0.85rem; }
.scroll tbody tr + tr > * { border-top: 1px solid var(--rule); }
.scroll .figure { padding-right: 0; padding-left: 1.3rem; text-align: right; white-space: nowrap; }
.scroll .word { padding-left: 1.3rem; min-width: 6rem; overflow-wrap: break-word; }
.scroll tbody th { white-space: nowrap; }
.columns { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 28rem), 1fr)); gap: 1rem 2.5rem; align-items: start; }
.facts { width: 100%; table-layout: fixed; font-size: 0.88rem; }
.facts th { width: 11rem; color: var(--soft); }
.facts th, .facts td { overflow-wrap: anywhere; border-top: 1px solid var(--rule); }
footer { margin-top: 3rem; padding-top: 0.8rem; border-top: 1px solid var(--rule); }
@media (max-width: 34rem) {
  body { padding: 1.5rem 1rem 2rem; }
  h1 { font-size: 1.35rem; }
  .key { grid-template-columns: 1fr 1fr; }
  .key dd { font-size: 1.25rem; }
  .facts th { width: 8rem; }
  .u-legend .u-value { min-width: 3.4em; }
}
@media print {
  @page { margin: 16mm 14mm; }
  body { max-width: none; padding: 0; font-size: 10pt; }
  .keys, .skip { display: none; }
  figure, tr, .verdict, .key { break-inside: avoid; }
  h2, h3, caption { break-after: avoid; }
  h2 { margin-top: 1.5rem; }
  figure { margin: 1rem 0; }
  .scroll { overflow: visible; }
  .scroll table, .scroll thead th { font-size: 8pt; }
  .scroll .figure { padding-left: 0.8rem; }
  .plot { min-height: 0; }
  .pair { display: block; }
  .verdicts { grid-template-columns: 1fr 1fr; }
  .u-legend .u-value, .u-legend tr:first-child, .uplot .u-legend th::after { display: none !important; }
  .verdict, .u-marker, .bar rect, .key-of rect { -webkit-print-color-adjust: exact; print-color-adjust: exact; }
}
`;
