"""The colours of pictures, once: inside a picture that stands alone, in the sheet of a page that holds several.

The palette is that of Okabe and Ito (2008), which the colour-blind tell apart, darkened or lightened until marks have
a contrast of 3 against the ground and text one of 4.5 (WCAG 2.2, 1.4.3 and 1.4.11). Shapes differ by kind, too.
"""

from __future__ import annotations

from collections.abc import Mapping

LIGHT: Mapping[str, str] = {
    "background": "#ffffff",
    "text": "#1f2328",
    "muted": "#57606a",
    "grid": "#e3e6ea",
    "axis": "#6b7480",
    "limit": "#b02a1e",
    "pick": "#0067a3",
    "pareto": "#b34d00",
    "other": "#00795a",
    "rejected": "#848d97",
    "part-1": "#0072b2",
    "part-2": "#c75700",
    "part-3": "#00855f",
    "part-4": "#a8558a",
    "part-5": "#6f6a00",
    "part-6": "#6b7480",
}
"""Colours on a light ground."""
DARK: Mapping[str, str] = {
    "background": "#14181d",
    "text": "#e6e9ec",
    "muted": "#a3acb6",
    "grid": "#2b323a",
    "axis": "#8d96a0",
    "limit": "#ff8a75",
    "pick": "#5cb8f0",
    "pareto": "#f0a030",
    "other": "#35c79b",
    "rejected": "#7d8792",
    "part-1": "#56b4e9",
    "part-2": "#e69f00",
    "part-3": "#2fbf91",
    "part-4": "#d98bb8",
    "part-5": "#d9cf4a",
    "part-6": "#9aa4ae",
}
"""Colours on a dark ground."""
PARTS = 6
"""Colours that parts of a bar go round in."""

_RULES = (
    # (selector, property, colour or None, further declarations)
    (".ls-chart .ls-background", "fill", "background", ""),
    (".ls-chart text", "fill", "text", "font: 12px system-ui, sans-serif;"),
    (
        # Letters on a rim of the ground, so that a line behind them does not strike them through.
        ".ls-chart .ls-name, .ls-chart .ls-limit-text, .ls-chart .ls-row text",
        "stroke",
        "background",
        "stroke-width: 3; stroke-linejoin: round; paint-order: stroke;",
    ),
    (".ls-chart .ls-muted", "fill", "muted", ""),
    (".ls-chart .ls-strong", "fill", "text", "font-weight: 600;"),
    (".ls-chart .ls-grid", "stroke", "grid", "fill: none;"),
    (".ls-chart .ls-axis", "stroke", "axis", "fill: none;"),
    (".ls-chart .ls-limit", "stroke", "limit", "fill: none; stroke-dasharray: 5 3;"),
    (".ls-chart .ls-limit-text", "fill", "limit", ""),
    (
        ".ls-chart .ls-front",
        "stroke",
        "pareto",
        "fill: none; stroke-width: 1.5; stroke-dasharray: 2 3;",
    ),
    (".ls-chart .ls-leader", "stroke", "axis", "fill: none; stroke-width: 0.75;"),
    (".ls-chart .ls-halo", "stroke", "background", "fill: none; stroke-width: 4.5;"),
    (".ls-chart .ls-whisker", "stroke", "text", "fill: none; stroke-width: 1.5;"),
    (".ls-chart .ls-hit", "fill", None, "fill: transparent; stroke: none;"),
)
_KINDS = ("pick", "pareto", "other", "rejected")


def _custom(colours: Mapping[str, str]) -> str:
    return " ".join(f"--ls-{name}: {value};" for name, value in colours.items())


def _paint(selector: str, what: str, colour: str, more: str = "") -> str:
    # First for programs that do not know custom properties, such as drawing programs and office suites.
    plain = f"{what}: {LIGHT[colour]}; {what}: var(--ls-{colour});"
    return f"{selector} {{ {plain}{' ' + more if more else ''} }}"


def _sheet() -> str:
    lines = [
        f".ls-chart {{ {_custom(LIGHT)} max-width: 100%; height: auto; }}",
        f"@media (prefers-color-scheme: dark) {{ .ls-chart {{ {_custom(DARK)} }} }}",
    ]
    for selector, what, colour, more in _RULES:
        lines.append(_paint(selector, what, colour, more) if colour else f"{selector} {{ {more} }}")
    for kind in _KINDS:
        lines.append(_paint(f".ls-chart .ls-{kind} .ls-bar", "stroke", kind, "fill: none;"))
        lines.append(
            _paint(
                f".ls-chart .ls-{kind} .ls-dot",
                "stroke",
                kind,
                "fill: var(--ls-background); stroke-width: 1.75;",
            )
        )
    for kind in ("pick", "pareto"):
        lines.append(_paint(f".ls-chart .ls-{kind} .ls-dot", "fill", kind))
    lines.append(".ls-chart .ls-rejected .ls-dot { fill: none; }")
    lines.append(".ls-chart .ls-other .ls-bar { stroke-opacity: 0.55; }")
    lines.append(".ls-chart .ls-rejected .ls-bar { stroke-opacity: 0.35; }")
    for n in range(1, PARTS + 1):
        lines.append(_paint(f".ls-chart .ls-part-{n}", "fill", f"part-{n}"))
    lines += [
        ".ls-chart .ls-point, .ls-chart .ls-row { outline-offset: 2px; }",
        ".ls-chart .ls-point:focus-visible, .ls-chart .ls-row:focus-visible "
        "{ outline: 2px solid var(--ls-text); }",
        ".ls-chart .ls-point:hover .ls-dot, .ls-chart .ls-point:focus-visible .ls-dot "
        "{ stroke-width: 3; }",
        ".ls-chart .ls-point:hover .ls-bar, .ls-chart .ls-point:focus-visible .ls-bar "
        "{ stroke-opacity: 1; }",
    ]
    return "\n".join(lines)


CSS = _sheet()
"""The sheet. A page may set the custom properties of `.ls-chart` to its own colours after it."""
