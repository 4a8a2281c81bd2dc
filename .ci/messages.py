"""Message catalogs: `--write` brings them up to date with the code, `--check` fails when they are not.

Messages are the literal first arguments of `tr`, `trn` and `Message`, also in the page's templates, the texts of
options and commands, the pages of rules, and the sentences of the catalog that `PROSE` names. A translation is complete
when every message has one, nothing is left of messages that are gone, and the same values stand in both.
"""

from __future__ import annotations

import argparse
import ast
import io
import string
import sys
from collections.abc import Iterator
from pathlib import Path

import yaml
from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from jinja2.ext import babel_extract

ROOT = Path(__file__).parents[1]
CODE = ROOT / "llm_select"
LOCALES = ("zh",)
CALLS = {"tr": 1, "trn": 2, "Message": 1}
"""Functions whose first arguments are messages, and how many they are."""
TYPER = {"help", "epilog"}
"""Keyword arguments of typer's that are shown to users."""
COMMANDS = {"command", "callback"}
"""Decorators of typer's: the docstring of what they decorate is a help text."""
PROSE = (
    ("strategies.yaml", ("*", "title")),
    ("strategies.yaml", ("*", "finding")),
    ("recipes.yaml", ("*", "name")),
    ("serving.yaml", ("*", "checked")),
    ("licenses.yaml", ("*", "conditions", "*")),
    ("tasks/*.yaml", ("description",)),
    ("tasks/*.yaml", ("findings", "*", "statement")),
)
"""Fields of the bundled catalog that `prose` translates: files, and the way to the field; `*` is every key or item."""
RULES = CODE / "catalog" / "rules"
"""Rules' pages are docstrings too; they are told by their headings."""
TEMPLATES = CODE / "web" / "templates"
OPTIONS = {"trim_blocks": "true", "lstrip_blocks": "true", "silent": "false"}
"""As the page reads its templates; a template that cannot be read is an error."""
SKIPPED = (CODE / "export" / "training" / "project", CODE / "locale")


class Dateless(Catalog):
    """A catalog whose head has no dates and no version of Babel: it changes only when a message does."""

    @property
    def mime_headers(self) -> list[tuple[str, str]]:
        """What gettext needs to know."""
        return [
            ("Content-Type", "text/plain; charset=utf-8"),
            ("Content-Transfer-Encoding", "8bit"),
            ("Language", str(self.locale)),
            ("Plural-Forms", self.plural_forms),
        ]


def messages() -> Iterator[tuple[str | tuple[str, str], str, int]]:
    """Every message of the code with the file and line it stands in."""
    for path in sorted(CODE.rglob("*.py")):
        if any(path.is_relative_to(folder) for folder in SKIPPED):
            continue
        name = path.relative_to(ROOT).as_posix()
        code = path.read_text(encoding="utf-8")
        if not (
            "llm_select.i18n" in code
            or "llm_select.messages" in code
            or path == CODE / "messages.py"
            or path.parent == CODE / "cli"
        ):
            continue
        for node in ast.walk(ast.parse(code)):
            for text, line in _of(node, cli=path.parent.name == "cli"):
                yield text, name, line
            if path.parent == RULES and isinstance(node, ast.FunctionDef):
                page = ast.get_docstring(node)
                if page and "\n## " in page:
                    yield page, name, node.lineno
    yield from _of_templates()


def _of_templates() -> Iterator[tuple[str | tuple[str, str], str, int]]:
    for path in sorted(TEMPLATES.glob("*.html")):
        with path.open("rb") as file:
            for line, _, text, _ in babel_extract(file, ("tr", "trn"), (), OPTIONS):
                # Values come after the texts; what is none is no literal text.
                kept = [text] if isinstance(text, str) else [t for t in text if t is not None]
                found = kept[0] if len(kept) == 1 else (kept[0], kept[1])
                yield found, path.relative_to(ROOT).as_posix(), line


def prose() -> Iterator[tuple[str, str]]:
    """Every sentence of the bundled catalog that is shown, with its file."""
    for pattern, path in PROSE:
        for file in sorted((ROOT / "catalog").glob(pattern)):
            for text in _under(yaml.safe_load(file.read_text(encoding="utf-8")), path):
                yield text, file.relative_to(ROOT).as_posix()


def _under(value: object, path: tuple[str, ...]) -> Iterator[str]:
    if not path:
        if isinstance(value, str):
            yield value
        return
    if path[0] == "*":
        items = (
            value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
        )
        for item in items:
            yield from _under(item, path[1:])
    elif isinstance(value, dict):
        yield from _under(value.get(path[0]), path[1:])


def _of(node: ast.AST, *, cli: bool) -> Iterator[tuple[str | tuple[str, str], int]]:
    if isinstance(node, ast.Call):
        function = node.func
        called = (
            function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
        )
        if called in CALLS:
            found = [_literal(a) for a in node.args[: CALLS[called]]]
            if called == "trn" and len(found) == 2 and found[0] and found[1]:
                yield (found[0], found[1]), node.lineno
            elif called != "trn" and found and found[0]:
                yield found[0], node.lineno
        if cli:
            for keyword in node.keywords:
                text = _literal(keyword.value) if keyword.arg in TYPER else None
                if text:
                    yield text, keyword.value.lineno
    elif cli and isinstance(node, ast.FunctionDef) and any(map(_is_command, node.decorator_list)):
        text = ast.get_docstring(node)
        if text:
            yield text, node.lineno


def _literal(node: ast.expr) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def _is_command(node: ast.expr) -> bool:
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in COMMANDS
    )


def template() -> Catalog:
    """All messages, in the order of files."""
    found = Catalog(project="llm-select", charset="utf-8", fuzzy=False)
    for text, name, _ in messages():
        # Lines would change with every edit; the file is enough to find a message.
        found.add(text, locations=[(name, 1)])
    for text, name in prose():
        found.add(text, locations=[(name, 1)])
    return found


def path_of(locale: str) -> Path:
    return CODE / "locale" / locale / "LC_MESSAGES" / "messages.po"


def merged(locale: str) -> Catalog:
    """The translations there are, under the messages of today; the rest is empty."""
    path = path_of(locale)
    old = Catalog(locale=locale)
    if path.exists():
        with path.open("rb") as file:
            old = read_po(file, locale=locale)
    new = Dateless(
        locale=locale, project="llm-select", charset="utf-8", fuzzy=False, header_comment=""
    )
    for message in template():
        if not message.id:
            continue
        known = old.get(message.id)
        new.add(
            message.id,
            known.string if known is not None else "",
            locations=message.locations,
            auto_comments=message.auto_comments,
        )
    return new


def text_of(catalog: Catalog) -> bytes:
    """The .po file, without dates: it changes only when a message does."""
    buffer = io.BytesIO()
    write_po(buffer, catalog, width=100, omit_header=True, include_lineno=False, sort_by_file=True)
    head = (
        f"# Translations of llm-select ({catalog.locale}). Written by `python .ci/messages.py --write`.\n"
        'msgid ""\nmsgstr ""\n'
        '"Content-Type: text/plain; charset=utf-8\\n"\n'
        f'"Language: {catalog.locale}\\n"\n'
        f'"Plural-Forms: {catalog.plural_forms}\\n"\n\n'
    )
    return head.encode() + buffer.getvalue()


def compiled(catalog: Catalog) -> bytes:
    buffer = io.BytesIO()
    write_mo(buffer, catalog)
    return buffer.getvalue()


def problems(message: Message) -> Iterator[str]:
    """What is wrong with one translation."""
    formatted = any(not name.startswith("catalog/") for name, _ in message.locations)
    ids = message.id if isinstance(message.id, tuple) else (message.id,)
    strings = message.string if isinstance(message.string, tuple | list) else (message.string,)
    if not all(strings):
        yield "not translated"
        return
    if not formatted:  # prose has no values: a brace in it is a brace
        return
    try:
        wanted = set().union(*map(_values, ids))
    except ValueError:  # braces that are no places: a message without values
        return
    for one in strings:
        try:
            given = _values(one)
        except ValueError as error:
            yield f"braces do not match: {error}"
            continue
        if given != wanted:
            yield f"has the values {sorted(given)} where the message has {sorted(wanted)}"


def _values(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    doing = parser.add_mutually_exclusive_group(required=True)
    doing.add_argument("--write", action="store_true")
    doing.add_argument("--check", action="store_true")
    arguments = parser.parse_args()
    wrong = 0
    for locale in LOCALES:
        path = path_of(locale)
        catalog = merged(locale)
        po, mo = text_of(catalog), compiled(catalog)
        if arguments.write:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(po)
            path.with_suffix(".mo").write_bytes(mo)
        else:
            for file, content in ((path, po), (path.with_suffix(".mo"), mo)):
                if not file.exists() or file.read_bytes() != content:
                    print(f"{file.relative_to(ROOT)} is stale: run python .ci/messages.py --write")
                    wrong += 1
        for message in catalog:
            if not message.id:
                continue
            for problem in problems(message):
                where = ", ".join(name for name, _ in message.locations)
                print(f"{locale}: {message.id!r} ({where}): {problem}")
                wrong += 1
        print(f"{locale}: {len(catalog)} messages, {wrong} problem(s)")
    return 1 if wrong and arguments.check else 0


if __name__ == "__main__":
    sys.exit(main())
