// SPDX-License-Identifier: Apache-2.0
// The style sheet of reports. Charts name roles (line, band, tick); the colours of the roles are
// defined here, once for light and once for dark. The palette is Okabe and Ito's with its two
// palest colours darkened on white, so that every line has a contrast of at least 3 to 1 with its
// background.
#include "murmur/run/report/page.h"

namespace murmur::run {

std::string_view style_sheet() {
  static constexpr std::string_view kSheet = R"css(
:root{--page:#fff;--card:#fff;--edge:#dfe3e8;--ink:#1a1f26;--soft:#59636e;--grid:#e8ebef;
--mark:#eef5fb;--link:#0b62a3;--warn:#a33c00;
--c0:#0072b2;--c1:#d55e00;--c2:#00875f;--c3:#b8559a;--c4:#a87400;--c5:#2b8cc4;--c6:#4d5560;
--c7:#7a4f2b}
@media screen and (prefers-color-scheme:dark){:root{--page:#14171b;--card:#1a1e23;--edge:#303740;
--ink:#e7eaee;--soft:#a0aab5;--grid:#2a3038;--mark:#1d2f3f;--link:#7cc0f5;--warn:#ff9d66;
--c0:#4fa8e8;--c1:#ff8a45;--c2:#2fc596;--c3:#e590c6;--c4:#eab23c;--c5:#93d3fa;--c6:#c3cad2;
--c7:#cf9f74}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%}
body{margin:0;background:var(--page);color:var(--ink);
font:16px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","Liberation Sans",sans-serif}
main{max-width:1180px;margin:0 auto;padding:36px 24px 28px}
h1{font-size:1.9rem;line-height:1.2;margin:0 0 .35em;letter-spacing:-.015em;overflow-wrap:anywhere}
h2{font-size:1.25rem;line-height:1.3;margin:2.2em 0 .5em;letter-spacing:-.01em}
p{margin:.3em 0 .9em;max-width:46em}
header p{color:var(--soft);font-size:1.05rem}
.status{display:inline-block;color:var(--warn);border:1.5px solid;border-radius:5px;
padding:0 .5em;font-weight:600}
.facts{display:grid;grid-template-columns:repeat(auto-fill,minmax(165px,1fr));gap:10px;margin:1.2em 0}
.facts div{border:1px solid var(--edge);border-radius:8px;padding:9px 13px;background:var(--card)}
.facts dt{color:var(--soft);font-size:.82rem;line-height:1.35}
.facts dd{margin:2px 0 0;font-size:1.28rem;font-weight:600;line-height:1.3;
font-variant-numeric:tabular-nums}
.facts small{display:block;font-weight:400;font-size:.78rem;color:var(--soft)}
.figures{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(350px,100%),1fr));gap:16px}
figure{margin:0;border:1px solid var(--edge);border-radius:8px;padding:13px 14px 9px;
background:var(--card);min-width:0;max-width:660px}
figcaption{margin-bottom:8px;line-height:1.4}
figcaption span{display:block;color:var(--soft);font-size:.84rem}
svg.chart{display:block;width:100%;height:auto;max-width:640px;overflow:visible;
font-family:inherit;font-size:13px}
.drawing svg{display:block;width:100%;height:auto;max-width:440px;margin:0 auto}
svg text{fill:var(--ink)}
svg .tick{fill:var(--soft);font-size:12.5px;font-variant-numeric:tabular-nums}
svg .name{fill:var(--soft)}
svg .grid{stroke:var(--grid);fill:none}
svg .base,svg .stub{stroke:var(--soft);fill:none;stroke-opacity:.7}
.s0{color:var(--c0)}.s1{color:var(--c1)}.s2{color:var(--c2)}.s3{color:var(--c3)}
.s4{color:var(--c4)}.s5{color:var(--c5)}.s6{color:var(--c6)}.s7{color:var(--c7)}
svg .line{stroke:currentColor;stroke-width:2;fill:none;stroke-linejoin:round;stroke-linecap:round}
svg .band{fill:currentColor;fill-opacity:.15;stroke:none}
svg .lead{stroke:currentColor;stroke-width:1;stroke-opacity:.55;fill:none}
svg .m{fill:currentColor;stroke:var(--card);stroke-width:1}
svg .m.o{fill:var(--card);stroke:currentColor;stroke-width:1.7}
svg .broken{stroke:var(--warn);stroke-width:2.4;fill:none;stroke-linecap:round}
svg .part{fill:currentColor;stroke:var(--card);stroke-width:1}
svg .dot{fill:currentColor;fill-opacity:.85}
.legend{list-style:none;margin:.2em 0 .7em;padding:0;display:flex;flex-wrap:wrap;gap:3px 18px;
font-size:.88rem}
.legend li{display:flex;align-items:center;gap:7px}
svg.key{width:26px;height:12px;flex:none}svg.key.square{width:12px}
.scroll{overflow-x:auto;max-width:100%}
table{border-collapse:collapse;font-variant-numeric:tabular-nums;font-size:.95rem}
th,td{padding:.42em .85em;text-align:right;white-space:nowrap;border-bottom:1px solid var(--edge)}
th:first-child{text-align:left;position:sticky;left:0;background:var(--page)}
thead th{border-bottom:2px solid var(--soft);font-weight:600;vertical-align:bottom}
tbody th{font-weight:500}
table.results{margin:.4em 0 .8em}
table.results td small{color:var(--soft);font-size:.84em}
table.results td.best{background:var(--mark);font-weight:700}
table.results td.best small{color:inherit;font-weight:400}
table.results td.lost{color:var(--warn)}
table.results tr.reference th,table.results tr.reference td{color:var(--soft);font-style:italic}
table.plain th,table.plain td{text-align:left;white-space:normal;vertical-align:top}
table.numbers{font-size:.8rem}
figure th:first-child{background:var(--card)}
figure .scroll{max-height:320px;overflow:auto}
details{margin:.3em 0}
summary{cursor:pointer;color:var(--link);font-size:.86rem;width:max-content;padding:.15em 0}
pre{background:var(--card);border:1px solid var(--edge);border-radius:8px;padding:12px 14px;
overflow-x:auto;font:13px/1.5 ui-monospace,"SF Mono",Menlo,Consolas,"DejaVu Sans Mono",monospace;
margin:.5em 0}
code{font-family:ui-monospace,"SF Mono",Menlo,Consolas,"DejaVu Sans Mono",monospace}
footer{margin-top:3em;padding-top:1em;border-top:1px solid var(--edge);color:var(--soft);
font-size:.82rem}
:focus-visible{outline:2px solid var(--link);outline-offset:2px}
@media(max-width:520px){main{padding:22px 14px}h1{font-size:1.5rem}figure{padding:11px 9px 7px}
.facts{grid-template-columns:repeat(2,1fr)}.facts dd{font-size:1.1rem}th,td{padding:.4em .6em}}
@media print{@page{margin:14mm}body{font-size:10.5pt}main{padding:0;max-width:none}
figure,.facts div,tr,section>p{break-inside:avoid}h2,section>p,figcaption{break-after:avoid}
h2{margin:1.3em 0 .3em}footer{margin-top:1.2em;break-before:avoid}
.figures{grid-template-columns:repeat(2,1fr);gap:10px}summary{display:none}.scroll{overflow:visible}
pre{white-space:pre-wrap;border:none;padding:0;font-size:8.5pt}
table{font-size:9.5pt}th:first-child{position:static}
*{-webkit-print-color-adjust:exact;print-color-adjust:exact}}
)css";
  return kSheet;
}

}  // namespace murmur::run
