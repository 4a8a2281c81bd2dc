"""Writing a result in the form asked for."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from llm_select.cli.options import COMMAND
from llm_select.errors import UsageError
from llm_select.messages import Message, listed

if TYPE_CHECKING:
    from llm_select.render.document import Document
    from llm_select.render.html import Origin
    from llm_select.render.pictures import Picture
    from llm_select.schema.catalog import Catalog

FORMS = ("table", "plain", "json", "csv", "markdown")
PICTURED = ("html", "svg")
"""Forms with pictures, of the commands below."""
PICTURED_COMMANDS = "recommend, compare, explain, estimate, evaluate"
_PASSWORD = re.compile(r"(?<=://)[^\s/@'\"]+(?=@)")


def check_form(form: str, more: Sequence[str] = ()) -> str:
    """The output form, checked before any work is done. `more` are forms that one command has beside the others."""
    lowered = form.strip().lower()
    if lowered in PICTURED and lowered not in more:
        raise UsageError(
            Message("this command has no {form}", form=lowered),
            where="--output",
            remedy=Message("{commands} have one", commands=PICTURED_COMMANDS),
        )
    if lowered not in (*FORMS, *more):
        raise UsageError(
            Message("unknown output form {form!r}", form=form),
            where="--output",
            remedy=Message("it takes {choices}", choices=listed((*FORMS, *more))),
        )
    return lowered


def open_catalog(directories: Sequence[Path] | None) -> Catalog:
    """The bundled catalog with the user's directories on top."""
    from llm_select.catalog.load import load_catalog

    return load_catalog(tuple(directories or ()))


def emit(
    form: str,
    document: Callable[[], Document],
    payload: Callable[[], object],
    pictures: Callable[[], Sequence[Picture]] | None = None,
    catalog: Catalog | None = None,
) -> None:
    """Print; only the form asked for is built. Without `pictures` there is no HTML and no SVG."""
    if form in ("json", "sarif"):
        # Escapes where the output cannot carry every sign: JSON must never lose one.
        unicode = (sys.stdout.encoding or "utf-8").lower().startswith("utf")
        text = json.dumps(payload(), ensure_ascii=not unicode, indent=2, allow_nan=False) + "\n"
    elif form == "csv":
        from llm_select.render.csv import render_csv

        text = render_csv(document().records)
    elif form == "markdown":
        from llm_select.render.markdown import render_markdown

        text = render_markdown(document())
    elif form in PICTURED:
        if pictures is None or catalog is None:
            raise UsageError(
                Message("there is no {form} of this answer", form=form),
                where="--output",
                remedy=Message("leave it out to read the answer as a table"),
            )
        if form == "svg":
            text = pictures()[0].draw(width=720, style=True) + "\n"
        else:
            from llm_select.render.html import render_html

            text = render_html(document(), pictures(), _origin(catalog))
    elif form == "plain":
        from llm_select.render.plain import render_plain

        text = render_plain(document())
    else:
        from llm_select.render.table import render_table

        render_table(document(), sys.stdout)
        return
    sys.stdout.write(text)


def _origin(catalog: Catalog) -> Origin:
    """What the page says of itself. A name or a password inside an address is not told."""
    import shlex

    from llm_select import __version__
    from llm_select.render.html import Origin

    typed = shlex.join(("llm-select", *COMMAND.get()))
    return Origin(
        _PASSWORD.sub("…", typed),
        catalog.content_hash,
        max((source.read for source in catalog.sources.values()), default=None),
        __version__,
        {name: source.url for name, source in catalog.sources.items()},
    )
