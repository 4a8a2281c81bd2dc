"""What is typed in Chinese, made even, so that a name is found however it was written.

Pure. Read only for text that is not ASCII.
"""

from __future__ import annotations

import re
import unicodedata

_HAN = re.compile(r"[\u3400-\u9fff]")
_BESIDE = re.compile(r"(?<=[\u3400-\u9fff])\s+|\s+(?=[\u3400-\u9fff])")
_DASHES = re.compile(r"\s*(?:->|[-‐–—―→:>])+\s*")
_TOWARDS = re.compile(r"^从?(.+?)(?:翻译成|翻译为|翻译到|译成|译为|译到|翻成|译|翻|到|至|转)(.+)$")
TRADITIONAL = str.maketrans(
    "乾亞佈來係倫傑傾別剋剛創務區協問喬嚮囌國圖壯奧學實寫寬專對島幹庫廣強彆彔彿從愛懞捨撣撾敎"
    "數斷曏書會東査條業榦標機檢檯權欽歐涼湯漢濛濟為烏煉爲爾瑪產産甦發盧矇碼祿簡粵約納紐紹結統"
    "維緒編緬總繫羅義聞聰脩脫臘臺茲華萊蒐蓋薩藴蘇蘊蘭衕裏裡視覺觀訊託許註証試話語諾證識譯議讀"
    "豐貝貢賓賽車輪輯達邁邏釐錄録鍊門開閑閒閱閲際隨雲韃韆韓頓題類颱馬騰體髮魯鮮麥麪麫麵點齊",
    "干亚布来系伦杰倾别克刚创务区协问乔向苏国图壮奥学实写宽专对岛干库广强别录佛从爱蒙舍掸挝教"
    "数断向书会东查条业干标机检台权钦欧凉汤汉蒙济为乌炼为尔玛产产苏发卢蒙码禄简粤约纳纽绍结统"
    "维绪编缅总系罗义闻聪修脱腊台兹华莱搜盖萨蕴苏蕴兰同里里视觉观讯托许注证试话语诺证识译议读"
    "丰贝贡宾赛车轮辑达迈逻厘录录炼门开闲闲阅阅际随云鞑千韩顿题类台马腾体发鲁鲜麦面面面点齐",
)
"""Traditional signs and their simplified forms, as OpenCC has them, for the signs in names of tasks, languages and
licences."""
SHORT = {
    "中": "中文",
    "汉": "汉语",
    "英": "英语",
    "日": "日语",
    "韩": "韩语",
    "朝": "朝鲜语",
    "法": "法语",
    "德": "德语",
    "俄": "俄语",
    "西": "西班牙语",
    "葡": "葡萄牙语",
    "意": "意大利语",
    "阿": "阿拉伯语",
    "泰": "泰语",
    "越": "越南语",
    "荷": "荷兰语",
    "捷": "捷克语",
    "粤": "粤语",
    "藏": "藏语",
    "蒙": "蒙古语",
    "维": "维吾尔语",
}
"""Languages by the one sign that stands for them in a direction, as in 英译中."""


def has_han(text: str) -> bool:
    """Whether Chinese signs stand in it."""
    return _HAN.search(text) is not None


def plain(text: str) -> str:
    """Half-width forms (NFKC), simplified signs, no spaces beside Chinese signs."""
    return _BESIDE.sub("", unicodedata.normalize("NFKC", text).translate(TRADITIONAL))


def direction(text: str) -> str:
    """`英语->中文` for the ways to write it: 英译中, 英语到中文, 英-中, 英中. Anything else is only made plain."""
    text = plain(text).strip()
    parts = [part for part in _DASHES.split(text) if part]
    if len(parts) != 2:
        found = _TOWARDS.match(text)
        if found is not None:
            parts = [found[1].strip(), found[2].strip()]
        elif len(text) == 2 and all(sign in SHORT for sign in text):
            parts = list(text)
        else:
            return text
    return "->".join(SHORT.get(part, part) for part in parts)
