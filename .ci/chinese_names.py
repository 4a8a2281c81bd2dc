"""Writes the Chinese names of languages, from the Unicode CLDR that the installed Babel carries.

For every language of the catalog and every two-letter code. A tag with a region or a script that the CLDR has no own
name for is put together of its parts, as the CLDR does it. What the CLDR lacks stands below.
"""

from __future__ import annotations

import sys
from pathlib import Path

from babel import Locale
from babel.core import get_cldr_version

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT)]

from llm_select.catalog.load import load_catalog  # noqa: E402
from llm_select.catalog.resolve import languages  # noqa: E402
from llm_select.catalog.rules.iso639 import TWO_LETTER  # noqa: E402

FILE = ROOT / "llm_select" / "catalog" / "rules" / "language_names_zh.py"
OWN = {
    "acm": "美索不达米亚阿拉伯语",
    "acq": "塔伊兹-亚丁阿拉伯语",
    "aeb": "突尼斯阿拉伯语",
    "ajp": "南黎凡特阿拉伯语",
    "apc": "北黎凡特阿拉伯语",
    "ary": "摩洛哥阿拉伯语",
    "arz": "埃及阿拉伯语",
    "azb": "南阿塞拜疆语",
    "bar": "巴伐利亚语",
    "bew": "巴达维语",
    "bjn": "班查尔语",
    "bpy": "比什努普里亚语",
    "cjk": "乔克维语",
    "dik": "西南丁卡语",
    "fa-AF": "波斯语（阿富汗）",
    "hif": "斐济印地语",
    "hne": "恰蒂斯加尔语",
    "kbp": "卡比耶语",
    "ltg": "拉特加莱语",
    "mww": "白苗语",
    "pms": "皮埃蒙特语",
    "pnb": "西旁遮普语",
    "prs": "达里语",
    "rmy": "弗拉赫罗姆语",
    "taq": "塔马舍克语",
}
"""The usual names of what the CLDR does not name, and one that it gives to two tags."""
SCRIPTS = {"Latn": "拉丁字母"}
"""As the CLDR writes it in its names of languages, other than its name of the script alone."""
HEAD = '''\
"""Chinese names of languages, as they are shown and typed. Written by `.ci/chinese_names.py`; do not edit.

From the Unicode CLDR {version} (© Unicode, Inc., Unicode License v3,
https://www.unicode.org/license.txt), some of our own.
"""

from __future__ import annotations

NAMES: dict[str, str] = {{
'''


def name(tag: str, chinese: Locale) -> str | None:
    """The Chinese name of a language tag; None where none is known."""
    known = OWN.get(tag) or chinese.languages.get(tag.replace("-", "_"))
    if known is not None or "-" not in tag:
        return str(known) if known is not None else None
    language, _, rest = tag.partition("-")
    base = name(language, chinese)
    part = SCRIPTS.get(rest) or chinese.scripts.get(rest) or chinese.territories.get(rest)
    return f"{base}（{part}）" if base and part else None


def text() -> str:
    """The whole file."""
    chinese = Locale("zh")
    known = languages(load_catalog([ROOT / "catalog"], bundled=False))
    names = {tag: name(tag, chinese) for tag in sorted({*known, *TWO_LETTER})}
    found = {tag: one for tag, one in names.items() if one is not None}
    if len(set(found.values())) != len(found):
        twice = [one for one in found.values() if list(found.values()).count(one) > 1]
        raise SystemExit(f"names of two languages: {', '.join(sorted(set(twice)))}")
    rows = "".join(f'    "{tag}": "{one}",\n' for tag, one in found.items())
    return HEAD.format(version=get_cldr_version()) + rows + "}\n"


if __name__ == "__main__":
    FILE.write_text(text(), encoding="utf-8")
