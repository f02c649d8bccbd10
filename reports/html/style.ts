/** Style sheet of the page, for light and dark screens, print and phones. Colours meet WCAG AA on their backgrounds. */
export const STYLE = `
:root{color-scheme:light dark;--surface:#fff;--page:#f6f7f9;--ink:#16202c;--muted:#54606e;--line:#c3cad3;--grid:#e6e9ee;--link:#0a58b8;
--good:#15693b;--good-soft:#dff3e6;--bad:#b3261e;--bad-soft:#fbe3e1;--warn:#8a5300;--warn-soft:#fdf0d8;--quiet-soft:#e9ecf0;
--ceiling:#3c4753;--band:#d9e6f7;--s1:#0b62c4;--s1-soft:#c9def6;--s2:#b8480a;--s3:#0b7267;--s4:#7a3bc0;--s5:#b01c63;--s6:#5b6a00;--s7:#3a5a78;--s8:#8a5a44}
@media screen and (prefers-color-scheme:dark){:root{--surface:#161c24;--page:#0e1319;--ink:#e8edf3;--muted:#a5b1bf;--line:#46525f;--grid:#28313b;--link:#7db8ff;
--good:#79d79b;--good-soft:#153524;--bad:#ff9c93;--bad-soft:#4a1d1a;--warn:#f2c063;--warn-soft:#3d2c0c;--quiet-soft:#26303a;
--ceiling:#c6d0db;--band:#1d3149;--s1:#74b3ff;--s1-soft:#25456b;--s2:#ff9f66;--s3:#4fd3c0;--s4:#c39bff;--s5:#ff8abb;--s6:#c9d84a;--s7:#9cc3e4;--s8:#dcb29b}}
*{box-sizing:border-box}
body{margin:0;background:var(--page);color:var(--ink);font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif}
main,header,footer,nav.top{max-width:1040px;margin:0 auto;padding:0 24px}
header{padding-top:28px}
h1{font-size:1.75rem;line-height:1.2;margin:0 0 8px;display:flex;flex-wrap:wrap;gap:8px 14px;align-items:center;overflow-wrap:anywhere}
h2{font-size:1.3rem;line-height:1.3;margin:44px 0 12px}
h3{font-size:1.05rem;margin:0 0 8px}
p{margin:0 0 10px;max-width:75ch}
a{color:var(--link);text-underline-offset:2px}table.stack tbody th{min-width:9rem;overflow-wrap:anywhere}
a:focus-visible,summary:focus-visible,.scroll:focus-visible{outline:3px solid var(--link);outline-offset:2px;border-radius:4px}
code,pre{font:0.88em/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;overflow-wrap:anywhere}
pre{background:var(--surface);border:1px solid var(--grid);border-radius:8px;padding:14px;overflow:auto;white-space:pre-wrap;margin:8px 0}
.lead{color:var(--muted)}
.badge{display:inline-block;font-size:.8rem;font-weight:650;line-height:1;padding:6px 10px;border-radius:99px;white-space:nowrap;background:var(--quiet-soft);color:var(--ink)}
h1 .badge{font-size:1rem;padding:8px 14px}
.pass,.improved{background:var(--good-soft);color:var(--good)}.fail,.regressed{background:var(--bad-soft);color:var(--bad)}
.inconclusive,.running{background:var(--warn-soft);color:var(--warn)}
.banner{border-left:4px solid var(--warn);background:var(--warn-soft);padding:10px 14px;border-radius:0 8px 8px 0;margin:14px 0}
.banner.bad{border-color:var(--bad);background:var(--bad-soft)}
.cards{display:grid;grid-template-columns:repeat(auto-fill,minmax(290px,1fr));gap:16px;margin:20px 0 0;padding:0;list-style:none}
.card,.chart,.panel{background:var(--surface);border:1px solid var(--grid);border-radius:12px;padding:18px}
.card{display:flex;flex-direction:column;gap:6px;min-width:0}
.card h3{display:flex;justify-content:space-between;gap:8px;align-items:center;margin:0;overflow-wrap:anywhere}
.figure{font-size:1.9rem;font-weight:650;line-height:1.15;font-variant-numeric:tabular-nums}
.small{font-size:.875rem;color:var(--muted);margin:0}
.bullet{display:block;width:100%;height:18px;margin:6px 0 2px}
.chart{margin:16px 0}
.chart svg{display:block;max-width:100%;height:auto}
.chart svg [fill^=url]{pointer-events:none}
.chart .narrow{display:none}
.chart details,.card details{margin-top:10px}
.legend{display:flex;flex-wrap:wrap;gap:4px 18px;list-style:none;margin:0 0 6px;padding:0;font-size:.9rem;color:var(--muted)}
.legend li{display:flex;align-items:center;gap:6px}.legend svg{flex:none}
.note{font-size:.9rem;color:var(--muted)}
.scroll{overflow-x:auto;margin:8px 0}
table{border-collapse:collapse;width:100%;font-size:.92rem}
th,td{text-align:left;padding:7px 10px 7px 0;border-bottom:1px solid var(--grid);vertical-align:top}
thead th{font-size:.82rem;color:var(--muted);font-weight:600;white-space:nowrap;vertical-align:bottom}
tbody th{font-weight:600}
td.number,th.number{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap;padding-left:2px}
thead th.number{white-space:normal}td.why{min-width:15rem}td.time{white-space:nowrap}
summary{cursor:pointer;color:var(--link);padding:4px 0;width:fit-content}
ul.plain{margin:0 0 10px;padding-left:20px}
.panel{margin:12px 0}
.panel>h3{display:flex;gap:10px;align-items:center;flex-wrap:wrap}
dl{display:grid;grid-template-columns:max-content 1fr;gap:4px 18px;margin:0}
dt{color:var(--muted)}dd{margin:0;overflow-wrap:anywhere;min-width:0}
nav.top{padding-top:16px;display:flex;flex-wrap:wrap;gap:4px 16px;font-size:.92rem}
footer{padding-top:36px;padding-bottom:44px;color:var(--muted);font-size:.88rem}
.phone{display:none}.visually-hidden{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
.skip{position:absolute;left:-9999px}.skip:focus{left:12px;top:8px;background:var(--surface);padding:8px 12px;z-index:1}
@media(max-width:720px){body{font-size:15px}main,header,footer,nav.top{padding-left:14px;padding-right:14px}h1{font-size:1.4rem}
.chart{padding:14px 12px}.chart .wide{display:none}.chart .narrow{display:block}.phone{display:inline}table.stack thead{display:none}table.stack tr{display:block;padding:10px 0;border-bottom:1px solid var(--grid)}
table.stack th,table.stack td,table.stack td.number{display:block;border:0;padding:2px 0;text-align:left;white-space:normal}
table.stack td[data-label]::before{content:attr(data-label) ": ";color:var(--muted)}
dl{grid-template-columns:1fr}dd{margin-bottom:6px}.cards{grid-template-columns:1fr}}
@media print{:root{color-scheme:light;--page:#fff;--grid:#d5dae0}body{font-size:11pt}main,header,footer{max-width:none;padding:0}nav,.skip{display:none}
.chart,.card,.panel,tr{break-inside:avoid}h2,h3{break-after:avoid}a{color:inherit}.chart .wide{display:block}.chart .narrow{display:none}.scroll{overflow:visible}}
`.trim();
