"""How the page looks: by day, by night, on a phone and on paper.

Every pair of a text's colour and what is behind it has a contrast of 4.5:1 at least, in both
schemes; the end-to-end tests measure it in a browser.
"""

SHEET = """
:root {
  color-scheme: light dark;
  --page: #f4f5f2; --card: #ffffff; --sunk: #f9faf8;
  --ink: #1c2529; --soft: #4d5b61; --line: #d9ded9; --strong: #7d8a86;
  --accent: #0a5f6b; --lost: #9a3412; --lost-fill: #fff4ec; --hatch: #f6cfb4;
  --new: #14532d; --new-fill: #dcf5e3; --new-edge: #2f8a55; --arrow: #37474f;
}
@media screen and (prefers-color-scheme: dark) {
  :root {
    --page: #101517; --card: #182023; --sunk: #141b1e;
    --ink: #e6ecea; --soft: #a9b8b5; --line: #2e3a3d; --strong: #71827f;
    --accent: #6fd0dd; --lost: #ffb38a; --lost-fill: #33211a; --hatch: #5c3824;
    --new: #a5ecbf; --new-fill: #16372a; --new-edge: #4fb37c; --arrow: #b9c9cc;
  }
}
* { box-sizing: border-box; }
html { background: var(--page); }
body {
  margin: 0; color: var(--ink); background: var(--page);
  font: 1rem/1.55 system-ui, -apple-system, "Segoe UI", "Noto Sans", "DejaVu Sans", sans-serif;
  font-variant-numeric: tabular-nums; overflow-wrap: anywhere;
}
.skip { position: absolute; left: -99rem; top: .5rem; padding: .5rem 1rem; z-index: 1; }
.skip:focus { left: .5rem; background: var(--card); color: var(--accent); }
header, main, footer { max-width: 74rem; margin: 0 auto; padding: 0 1.5rem; }
header { padding-top: 2.5rem; padding-bottom: 1rem; }
.practice { margin: 0; color: var(--accent); font-weight: 600; letter-spacing: .02em; }
h1 { margin: .1rem 0 .3rem; font-size: clamp(1.6rem, 1.2rem + 2vw, 2.4rem); line-height: 1.15; }
.soft, header p { color: var(--soft); }
header p { margin: .2rem 0; }
nav ul {
  display: flex; flex-wrap: wrap; gap: .3rem 1.3rem; margin: 1.1rem 0 0; padding: .7rem 0 0;
  list-style: none; border-top: 1px solid var(--line);
}
a { color: var(--accent); text-underline-offset: .2em; text-decoration-thickness: 1px; }
a:hover { text-decoration-thickness: 2px; }
main:focus { outline: none; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; border-radius: 3px; }
section {
  margin: 0 0 1.4rem; padding: 1.3rem 1.5rem 1.5rem; background: var(--card);
  border: 1px solid var(--line); border-radius: 12px;
}
h2 { margin: 0 0 .7rem; font-size: 1.25rem; line-height: 1.3; }
section > p { max-width: 46rem; margin: .3rem 0 .8rem; }
.tiles {
  display: grid; grid-template-columns: repeat(auto-fit, minmax(8.4rem, 1fr)); gap: .8rem;
  margin: 0;
}
.tiles div {
  padding: .8rem .95rem; background: var(--sunk); border: 1px solid var(--line); border-radius: 9px;
}
.tiles div { display: flex; flex-direction: column; }
.tiles dt { color: var(--soft); font-size: .88rem; line-height: 1.3; }
.tiles dd { order: -1; margin: 0 0 .25rem; font-size: 1.75rem; font-weight: 650; line-height: 1.2; }
.tiles dd.aside {
  order: 1; margin: .2rem 0 0; font-size: .85rem; font-weight: 400; color: var(--soft);
}
.tiles dd small { font-size: 1rem; font-weight: 500; }
.scroll { overflow-x: auto; }
.scroll + .scroll, .scroll + p { margin-top: 1.3rem; }
table { width: 100%; border-collapse: collapse; font-size: .94rem; }
caption { padding: 0 0 .5rem; text-align: left; color: var(--soft); }
th, td {
  padding: .5rem .9rem .5rem 0; text-align: left; vertical-align: top;
  border-bottom: 1px solid var(--line); overflow-wrap: break-word;
}
thead th {
  color: var(--soft); font-weight: 600; font-size: .86rem; border-bottom-color: var(--strong);
}
tbody th { font-weight: 600; }
tfoot th, tfoot td { font-weight: 650; border-bottom: 0; border-top: 1px solid var(--strong); }
tbody tr:last-child > * { border-bottom: 0; }
tr:target > * { background: var(--new-fill); }
.count { text-align: right; white-space: nowrap; }
.when { white-space: nowrap; }
tbody th { min-width: 9.5rem; }
code { font-family: ui-monospace, "DejaVu Sans Mono", monospace; font-size: .92em; }
.share { width: 26%; min-width: 5rem; vertical-align: middle; }
.bar { display: block; height: .7rem; border-radius: 3px; background: var(--accent); }
.picture { display: block; width: 100%; height: auto; }
.picture text { fill: var(--ink); font-size: 12.5px; }
.picture .week { font-size: 15px; font-weight: 650; }
.picture .day { text-anchor: middle; fill: var(--soft); font-weight: 600; }
.picture .hour { text-anchor: end; fill: var(--soft); font-size: 11.5px; }
.ground { fill: var(--sunk); stroke: var(--line); }
.grid { fill: none; stroke: var(--line); stroke-width: 1; }
.body { stroke-width: 1.4; }
.lost .body { fill: var(--lost-fill); stroke: var(--lost); stroke-dasharray: 4 3; }
.picture .lost text { fill: var(--lost); }
.lost .time { text-decoration: line-through; }
.hatch { stroke: var(--hatch); stroke-width: 2; }
.back .body { fill: var(--card); stroke: var(--strong); }
.new .body { fill: var(--new-fill); stroke: var(--new-edge); }
.picture .new text { fill: var(--new); }
.picture .number { font-weight: 750; font-size: 13.5px; }
.picture .kind { font-size: 11.5px; }
.halo { fill: none; stroke: var(--sunk); stroke-width: 5; }
.arrow { fill: none; stroke: var(--arrow); stroke-width: 1.7; }
.tip { fill: var(--arrow); }
.moves {
  margin: 1rem 0 0; padding-left: 2.2rem; columns: 26rem 2; column-gap: 2rem; font-size: .94rem;
}
.moves li { margin: 0 0 .35rem; break-inside: avoid; }
.moves li::marker { font-weight: 700; }
.sums { margin: .9rem 0 0; padding: 0; list-style: none; }
.kindly { padding: 2.4rem 1.5rem; text-align: center; }
.kindly p { margin-left: auto; margin-right: auto; }
footer { padding-bottom: 2.5rem; font-size: .88rem; color: var(--soft); }
@media screen and (max-width: 40rem) {
  header, main, footer { padding-left: .8rem; padding-right: .8rem; }
  header { padding-top: 1.4rem; }
  section { padding: 1rem; border-radius: 10px; }
  .tiles { grid-template-columns: 1fr 1fr; gap: .6rem; }
  .moves { columns: 1; padding-left: 1.8rem; }
  table, caption, thead, tbody, tfoot, tr, th, td { display: block; }
  thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  tr { padding: .6rem 0; border-bottom: 1px solid var(--line); }
  tbody tr:last-child { border-bottom: 0; }
  tfoot tr { border-top: 1px solid var(--strong); border-bottom: 0; }
  tbody th, tfoot th, tbody td, tfoot td { padding: .1rem 0; border: 0; }
  tbody td, tbody .when, tbody .count, tfoot .count { text-align: left; white-space: normal; }
  td { position: relative; }
  tbody td, tfoot td { min-height: 1.7em; padding-left: 8.4rem; }
  td::before { content: attr(data-label); position: absolute; left: 0; color: var(--soft); }
  td:empty { display: none; }
  .share { width: auto; }
  .bar { position: relative; top: .45rem; }
}
@media (prefers-contrast: more) { :root { --soft: var(--ink); --line: var(--strong); } }
@media print {
  @page { margin: 14mm; }
  html, body { background: none; font-size: 10pt; }
  header, main, footer { max-width: none; padding: 0; }
  header { margin-bottom: 6mm; }
  nav, .skip { display: none; }
  section { margin: 0 0 5mm; padding: 0; border: 0; border-radius: 0; }
  .tiles { grid-template-columns: repeat(4, 1fr); gap: 3mm; }
  .tiles div, .tiles, tr, li, svg { break-inside: avoid; }
  h2, section > p, caption, thead { break-after: avoid; }
  section > p { break-inside: avoid; }
  thead { display: table-header-group; }
  .scroll { overflow: visible; }
  tbody th { min-width: 0; }
  .picture { min-width: 0 !important; }
  .picture, .bar { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  a { color: inherit; text-decoration: none; }
}
"""
