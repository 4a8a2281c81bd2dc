"""Every page in light and dark, wide and narrow: axe-core finds nothing serious, and nothing hangs over the edge."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

sync_api = pytest.importorskip("playwright.sync_api")

ASKED = "?task=translation&pair=en-zh&gpu-mem=24"
PAGES = {
    "welcome": "/",
    "ranking": f"/{ASKED}",
    "speed": "/?task=ner&language=de&gpu=RTX+4090&examples=2000&plot=speed",
    "hosted": "/?task=summarization&weights-access=any&gpu-mem=24&plot=price",
    "nothing": "/?task=translation&pair=en-zh&gpu-mem=24&min-accuracy=0.69",
    "unranked": "/?task=srl&gpu-mem=8",
    "wrong": "/?task=translation&pair=en-zh&gpu=RTX+4099",
    "chinese": f"/{ASKED}&locale=zh",
    "model": f"/model/gemma/gemma-3-27b-it{ASKED}",
    "two-cards": "/model/gemma/gemma-3-27b-it?task=translation&pair=en-zh&gpu=RTX+4090&gpus=2",
    "rejected": f"/model/llama/llama-3.1-70b-instruct{ASKED}",
    "card": "/model/nllb-200-3.3b",
    "compare": f"/compare{ASKED}&model=nllb-200-3.3b&model=gemma-3-12b-it&model=gpt-4.1",
    "compare-empty": "/compare",
    "lost": "/nowhere",
}
SERIOUS = ("serious", "critical")
RULES = """{
    resultTypes: ['violations'],
    runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_accessible_and_fits(
    opened: Any, site: str, name: str, width: int, scheme: str
) -> None:
    one = opened(
        viewport={"width": width, "height": 900}, color_scheme=scheme, reduced_motion="reduce"
    )
    page = one.page
    page.goto(site + PAGES[name])
    page.wait_for_load_state("networkidle")
    if folder := os.environ.get("SCREENSHOTS"):
        page.screenshot(path=Path(folder) / f"{name}-{width}-{scheme}.png", full_page=True)
    if name in ("wrong", "lost"):
        # Chromium itself reports a page whose status is 422 or 404.
        one.troubles[:] = [t for t in one.troubles if "Failed to load resource" not in t]
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
    found = page.evaluate(f"axe.run(document, {RULES})")["violations"]
    serious = [
        f"{v['id']}: {v['help']}: {[n['html'][:120] for n in v['nodes'][:3]]}"
        for v in found
        if v["impact"] in SERIOUS
    ]
    assert serious == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
