"""How pages look: one style for light and dark, wide and narrow, screen and paper."""

from __future__ import annotations

from typing import Final

STYLE: Final = """
:root { --paper: #ffffff; --ink: #1c2127; --soft: #57606a; --rule: #d9dee3; --wash: #f4f6f8; --warn: #fff4d6; --link: #0b57a4;
  --c0: #0b57a4; --c1: #68707a; --c2: #b45309; --c3: #7c3aed; --c4: #0f766e; --c5: #be185d; }
@media (prefers-color-scheme: dark) { :root { --paper: #14181d; --ink: #e6e9ec; --soft: #a2abb5; --rule: #333b44; --wash: #1d232a;
  --warn: #3a3115; --link: #7fb8f5; --c0: #62abf5; --c1: #a2abb5; --c2: #f0a04b; --c3: #b79bf8; --c4: #4fc3b5; --c5: #f38ab5; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 72rem; margin: 0 auto; padding: 1rem; }
h1 { font-size: 1.6rem; line-height: 1.25; } h2 { margin: 3rem 0 .5rem; padding-top: .5rem; border-top: 2px solid var(--rule); }
h3 { margin: 0; font-size: 1.1rem; }
p { margin: .4rem 0; max-width: 46rem; } a { color: var(--link); }
nav ul, .legend { display: flex; flex-wrap: wrap; gap: .3rem 1.2rem; padding: 0; margin: .6rem 0; list-style: none; }
.notice p { max-width: none; } .notice { background: var(--warn); border-radius: .4rem; padding: .5rem 1rem; }
figure { margin: 1.5rem 0; padding: 1rem; border: 1px solid var(--rule); border-radius: .5rem; }
figcaption { color: var(--soft); max-width: 46rem; margin: .2rem 0 .4rem; }
.legend { font-size: .9rem; } .legend li { display: flex; align-items: center; gap: .3rem; } .legend svg { width: 18px; height: 18px; }
.panels { display: grid; gap: 1rem; grid-template-columns: repeat(auto-fill, minmax(min(100%, 19rem), 1fr)); }
.panels svg { display: block; width: 100%; max-width: 30rem; height: auto; } .panel { margin: 0; font-weight: 600; font-size: .9rem; }
svg { font: 12px system-ui, sans-serif; } svg text { fill: var(--soft); } svg .label { fill: var(--ink); }
.look0 { --c: var(--c0); } .look1 { --c: var(--c1); } .look2 { --c: var(--c2); }
.look3 { --c: var(--c3); } .look4 { --c: var(--c4); } .look5 { --c: var(--c5); }
.mark { fill: var(--c); } .line { fill: none; stroke: var(--c); stroke-width: 2; } .whisker { stroke: var(--c); stroke-width: 2; opacity: .6; }
.band { fill: var(--c); opacity: .18; } .grid, .tick { stroke: var(--rule); stroke-width: 1; } .axis { stroke: var(--soft); }
.reference { fill: none; stroke: var(--c, var(--soft)); stroke-width: 1.5; stroke-dasharray: 5 4; }
details { margin-top: .8rem; } summary { cursor: pointer; color: var(--link); } .wide { overflow-x: auto; margin-top: .5rem; }
table { border-collapse: collapse; font-size: .85rem; font-variant-numeric: tabular-nums; }
th, td { padding: .25rem .6rem; border-bottom: 1px solid var(--rule); text-align: right; white-space: nowrap; }
th[scope=row], th.name { text-align: left; } thead th { background: var(--wash); }
@media (max-width: 40rem) { figure { padding: .7rem .5rem; } main { padding: .6rem; } h1 { font-size: 1.3rem; } }
@media print { details { display: block; } figure { break-inside: avoid; } }
"""
