"""The sheet of an HTML file: light and dark, phone and paper, with that of its pictures."""

from __future__ import annotations

from llm_select.render.charts.style import CSS, DARK, LIGHT


def _colours(of: dict[str, str]) -> str:
    return " ".join(f"--{name}: {of[name]};" for name in ("background", "text", "muted", "grid"))


_LINK = ("#0a58a8", "#7cc0f5")
_WARN = ("#8a5300", "#f0b429")
SHEET = f"""{CSS}
:root {{ color-scheme: light dark; {_colours(dict(LIGHT))} --link: {_LINK[0]}; --warn: {_WARN[0]}; }}
@media (prefers-color-scheme: dark) {{
  :root {{ {_colours(dict(DARK))} --link: {_LINK[1]}; --warn: {_WARN[1]}; }}
}}
body {{ margin: 0 auto; padding: 1rem; max-width: 60rem; background: var(--background); color: var(--text);
  font: 1rem/1.5 system-ui, sans-serif; overflow-wrap: break-word; }}
h1 {{ font-size: 1.5rem; line-height: 1.25; }}
h2 {{ font-size: 1.15rem; margin: 2rem 0 0.5rem; }}
p {{ margin: 0.5rem 0; }}
a {{ color: var(--link); }}
.note {{ color: var(--muted); }}
.warn {{ color: var(--warn); font-weight: 600; }}
.scroll {{ overflow-x: auto; margin: 1rem 0; }}
table {{ border-collapse: collapse; width: 100%; font-size: 0.9rem; font-variant-numeric: tabular-nums; }}
caption {{ text-align: left; font-weight: 600; font-size: 1.15rem; padding: 0.5rem 0; }}
caption.hidden {{ position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }}
th, td {{ text-align: left; vertical-align: top; padding: 0.35rem 0.75rem 0.35rem 0;
  border-bottom: 1px solid var(--grid); min-width: 3ch; }}
tbody th {{ font-weight: 600; }}
.right {{ text-align: right; white-space: nowrap; }}
dl {{ display: grid; grid-template-columns: minmax(6rem, max-content) 1fr; gap: 0.25rem 1rem; margin: 0.5rem 0; }}
dt {{ grid-column: 1; color: var(--muted); }}
dd {{ grid-column: 2; margin: 0; min-width: 0; overflow-wrap: anywhere; }}
figure {{ margin: 2rem 0; }}
figcaption {{ font-weight: 600; font-size: 1.15rem; margin-bottom: 0.5rem; }}
.narrow {{ display: none; }}
pre {{ white-space: pre-wrap; overflow-wrap: anywhere; border: 1px solid var(--grid); padding: 0.75rem; }}
footer {{ margin-top: 3rem; }}
:focus-visible {{ outline: 2px solid var(--link); outline-offset: 2px; }}
@media (max-width: 48rem) {{
  .wide {{ display: none; }}
  .narrow {{ display: block; }}
  table {{ min-width: 36rem; }}
  dl {{ grid-template-columns: 1fr; }}
  dd {{ grid-column: 1; }}
}}
@media print {{
  body {{ max-width: none; padding: 0; font-size: 10pt; }}
  .scroll {{ overflow: visible; }}
  figure, tr, dd {{ break-inside: avoid; }}
  .wide {{ display: block; }}
  .narrow {{ display: none; }}
}}"""
"""CSS without a sign that markup would take for its own."""
