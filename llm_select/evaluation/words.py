"""Words of short answers and summaries, in any script: a character of a script without spaces is a word."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence

from llm_select.evaluation.spans import unspaced

_ARTICLES = re.compile(r"\b(a|an|the)\b")


def words(text: str) -> list[str]:
    """Lower-cased runs of letters, marks and digits; Han, kana and Thai by character, as CMRC 2018 does for Chinese.

    rouge-score's own tokenizer keeps a to z and 0 to 9 only, so that a Chinese or Russian summary would have no words.
    """
    found: list[str] = []
    run = ""
    for character in text.lower():
        is_word = unicodedata.category(character)[0] in "LMN"
        if is_word and not unspaced(character):
            run += character
            continue
        if run:
            found.append(run)
            run = ""
        if is_word:
            found.append(character)
    return [*found, run] if run else found


def normalized(text: str) -> str:
    """SQuAD's normal form: lower case, no punctuation, no English articles, single spaces."""
    bare = "".join(c for c in text.lower() if unicodedata.category(c)[0] not in "PS")
    return " ".join(_ARTICLES.sub(" ", bare).split())


def exact_match(answer: str, accepted: Sequence[str]) -> float:
    """1 when the answer is one of those accepted (Rajpurkar et al. 2016); none accepted means that none is right."""
    return float(any(normalized(answer) == normalized(one) for one in accepted or ("",)))


def token_f1(answer: str, accepted: Sequence[str]) -> float:
    """F1 of the words in common with the accepted answer that fits best (Rajpurkar et al. 2016)."""
    return max(_overlap(answer, one) for one in accepted or ("",))


def _overlap(answer: str, accepted: str) -> float:
    given, right = words(normalized(answer)), words(normalized(accepted))
    if not given or not right:
        return float(given == right)
    common = (Counter(given) & Counter(right)).total()
    return 2 * common / (len(given) + len(right))
