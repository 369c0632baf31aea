import { COMPARE_STYLE } from '../compare/html/compare-style.js';

/** What the page of a study has besides a comparison's. */
export const STUDY_STYLE = `${COMPARE_STYLE}
.answers { margin: 0 0 1.75rem; display: grid; gap: 0.9rem; }
.answer { padding: 0.9rem 1.1rem; border-left: 4px solid var(--good); border-radius: 2px; background: var(--good-back); }
.answer.none { border-color: var(--wrong); background: var(--wrong-back); }
.answer h3 { color: var(--soft); font-size: 0.85rem; font-weight: 400; margin: 0 0 0.15rem; }
.answer p { margin: 0; font-weight: 600; }
.answer ul { margin: 0.5rem 0 0; padding-left: 1.1rem; font-size: 0.9rem; }
.answer li { margin: 0.2rem 0; overflow-wrap: anywhere; }
.scroll td.figure { white-space: pre; line-height: 1.35; font-size: 0.8rem; }
.scroll th.figure { white-space: normal; }
.scroll thead th { vertical-align: bottom; }
table.tornado { margin: 0.75rem 0 1.25rem; }
.tornado caption { text-align: left; font-weight: 600; padding-bottom: 0.2rem; }
@media (max-width: 34rem) { .bars caption { display: block; } }
.tornado th[scope=row] { font-weight: 400; font-size: 0.85rem; }
details { margin: 0 0 1rem; }
summary { cursor: pointer; color: var(--link); }
`;
