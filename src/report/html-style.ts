// The style sheet of the HTML report: readable on a screen, a telephone and paper, without any font or picture from
// elsewhere.

/** Text of the page's one `<style>` element. */
export const REPORT_STYLE = `
:root { color-scheme: light; --ink: #1c2430; --soft: #5b6675; --line: #dde2e8; --band: #f5f7f9; --good: #00704f; --bad: #b3261e; --accent: #0072b2; }
* { box-sizing: border-box; }
body { margin: 0; font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; color: var(--ink); background: #fff; }
main { max-width: 64rem; margin: 0 auto; padding: 2rem 1.25rem 4rem; }
h1 { font-size: 1.7rem; line-height: 1.25; margin: 0 0 .25rem; overflow-wrap: anywhere; }
h2 { font-size: 1.2rem; margin: 2.5rem 0 .5rem; }
h3 { font-size: 1rem; margin: 1.5rem 0 .25rem; }
p { margin: .5rem 0; max-width: 46rem; }
.facts, figcaption, .note { color: var(--soft); font-size: .9rem; }
.answer { font-size: 1.15rem; border-left: 4px solid var(--accent); padding: .25rem 0 .25rem 1rem; margin: 1.25rem 0; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; margin: .75rem 0; font-size: .92rem; font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: .3rem .6rem; border-bottom: 1px solid var(--line); vertical-align: top; }
th { font-weight: 500; }
tbody th { white-space: nowrap; }
thead .number { white-space: normal; }
thead th { color: var(--soft); border-bottom: 2px solid var(--line); }
tr.group th { padding-top: .9rem; font-weight: 600; }
.number { text-align: right; white-space: nowrap; }
th:first-child, td:first-child { padding-left: 0; }
figure { margin: 1.25rem 0 2rem; }
figure svg { max-width: 100%; height: auto; display: block; }
.met { color: var(--good); font-weight: 600; }
.failed { color: var(--bad); font-weight: 600; }
details { border-top: 1px solid var(--line); padding: .6rem 0; }
summary { cursor: pointer; font-weight: 600; }
pre { background: var(--band); border: 1px solid var(--line); border-radius: 6px; padding: .8rem 1rem; overflow-x: auto; font-size: .88rem; }
ul { padding-left: 1.2rem; }
li { margin: .2rem 0; overflow-wrap: anywhere; }
dt { font-weight: 600; margin-top: .5rem; }
dd { margin: 0; max-width: 46rem; }
@media print { details > * { display: block; } main { max-width: none; } }
`;
