"""A catalog whose every name is an attack on the page that shows it."""

from __future__ import annotations

from llm_select.schema.catalog import Catalog
from llm_select.schema.hardware import Source
from tests.builders import board, catalog, deep, device, license_, model, task

SCRIPT = "<script>window.harmed=1</script>"
IMAGE = '"><img src=x onerror="window.harmed=1">'
QUOTES = "'\"`><svg onload='window.harmed=1'>"
TEMPLATE = "{{ 7*7 }}{% raw %}${window.harmed=1}"
TURNED = "\u202eevil\u2066\u200f"
SCHEME = "javascript:window.harmed=1"


def hostile() -> Catalog:
    """Names, sources, licences and findings that would run if they were not text."""
    ids = ("evil/script", "evil/image", "evil/quotes", "evil/template", "evil/big")
    sources = dict.fromkeys(("architecture", "license", "context"), "src")
    names = (SCRIPT, IMAGE, QUOTES, TEMPLATE + TURNED, TURNED + SCRIPT)
    models = {
        key: model(name, developer=IMAGE, aliases=[f"{QUOTES}{n}"], sources=sources)
        for n, (key, name) in enumerate(zip(ids, names, strict=True))
    }
    models["evil/big"] = deep(TURNED + SCRIPT)
    scores = {key: 40.0 + 10 * n for n, key in enumerate(ids)}
    found = [{"statement": SCRIPT + QUOTES, "source": "src"}]
    return catalog(
        models=models,
        tasks={"task": task(name=SCRIPT, description=IMAGE, names={"zh": IMAGE}, findings=found)},
        boards={"direct": board({"de": scores, "all": scores})},
        devices={"card-24": device(name=f"Card {IMAGE}")},
        licenses={"free": license_(name=SCRIPT, conditions=[QUOTES])},
        sources={
            "src": Source.model_construct(
                title=SCRIPT + TURNED, url=SCHEME, read="2026-01-01", revision=None, license=None
            )
        },
    )
