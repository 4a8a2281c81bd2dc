"""Ranking."""

from __future__ import annotations

import math
import re
from datetime import date

from peers.cases import RankingCase

# --- ranking ---


def _step(value: float, steps: tuple[tuple[float, float], ...], last: float) -> float:
    """The score of the first step whose bound is above the value."""
    return next((score for bound, score in steps if value < bound), last)


def _days(case: RankingCase) -> int | None:
    """Days from release to `today`."""
    if case.release_date is None or case.today is None:
        return None
    return (date.fromisoformat(case.today) - date.fromisoformat(case.release_date)).days


LLMFIT_ARCHITECTURES = {
    "qwen": "32", "gemma": "432", "phi": "432", "cohere": "2", "falcon": "3", "granite": "4", "mistral": "",
    "mixtral": "",
}  # fmt: skip
LLMFIT_SPECIAL = {"qwen3_next": 3.8, "qwen3_5": 3.5, "llama4": 4.0, "phimoe": 3.0}
LLMFIT_NAMES = (
    (("qwen",), ("3", "2")),
    (("llama-", "llama"), ("4", "3.3", "3.2", "3.1", "3", "2")),
    (("gemma-", "gemma"), ("4", "3", "2")),
    (("deepseek-v", "deepseekv"), ("4", "3", "2")),
    (("phi-", "phi"), ("4", "3")),
)


def llmfit_generation(name: str, architecture: str | None = None) -> float:
    """The generation that llmfit reads from the architecture, else from the name; 1.0 when there is none.

    AlexsJones/llmfit llmfit-core/src/models.rs `parse_generation` at 3f44fd30 (MIT).
    """
    name, kind = name.lower(), (architecture or "").lower()
    if kind.startswith("deepseek"):
        return next((float(v) for v in "432" if f"v{v}" in kind), 1.0)
    minors = (v for v in ("3.8", "3.6", "3.5", "2.5") if f"qwen{v}" in name.replace("_", "."))
    minor = float(next(minors, 0.0))
    if kind.startswith("qwen") and minor:
        return minor
    for prefix, generation in LLMFIT_SPECIAL.items():
        if kind.startswith(prefix):
            return generation
    for family, digits in LLMFIT_ARCHITECTURES.items():
        if kind.startswith(family):
            return next((float(v) for v in digits if kind.startswith(family + v)), 1.0)
    if minor:
        return minor
    for stems, versions in LLMFIT_NAMES:
        for version in versions:
            if any(stem + version in name for stem in stems):
                return float(version)
    return 1.0


LLMFIT_FAMILIES = {
    "qwen": 2, "deepseek": 3, "llama": 2, "mistral": 1, "mixtral": 1, "gemma": 1, "phi": 0, "starcoder": 1,
}  # fmt: skip


def llmfit_ranking(case: RankingCase) -> float | None:
    """llmfit's quality, use case "general", without the format's penalty: steps of active parameters, name, age.

    30 to 95 by size; 1 to 3 for a family; 3 per generation after the first, at most 9; 3 when under 3 months old, 1.5
    under 9. AlexsJones/llmfit llmfit-core/src/fit.rs `quality_score` at 3f44fd30 (MIT). Ran: package 1.1.17, `info`.
    Of 4,176 models of its list 4,123 agree; the rest are caps, rounded counts and another list of active parameters.
    Coding, reasoning and chat add a table of scores by family.
    """
    if case.parameters is None:
        return None
    size = (case.active_parameters or case.parameters) / 1e9
    steps = ((1, 30.0), (3, 45.0), (7, 60.0), (10, 75.0), (20, 82.0), (40, 89.0))
    bump = next((v for word, v in LLMFIT_FAMILIES.items() if word in case.name.lower()), 0)
    generation = llmfit_generation(case.name, case.architecture)
    recent = 0.0
    if case.release_date and case.today:
        today, then = date.fromisoformat(case.today), date.fromisoformat(case.release_date)
        months = 12 * (today.year - then.year) + today.month - then.month
        recent = _step(months, ((3, 3.0), (9, 1.5)), 0.0)
    score = _step(size, steps, 95.0) + bump + min(9.0, (generation - 1) * 3) + recent
    return min(100.0, score)


WHICHLLM_GENERATIONS = (
    "qwen1 qwen-7b qwen-14b qwen-72b; qwen2; qwen2.5; qwq; qwen3; qwen3.5 qwen3-next qwen3-coder-next; qwen3.6; "
    "qwen3.8",
    "llama2; meta-llama3; llama3.1 llama3.2 llama3.3; llama4; llama4.5",
    "deepseek-v2 deepseek-coder; deepseek-v2.5 deepseek-coder-v2; deepseek-v3 deepseek-r1; "
    "deepseek-v3.1 deepseek-v3.2 deepseek-r1-0528; deepseek-v4",
    "gemma(?![2-9]); gemma2; gemma3; gemma4",
    "phi2; phi3; phi3.5; phi4; phi5",
    "mistral-small; mistral-small-instruct-2409; mistral-small3 mistral-small-24b-instruct-2501; mistral-small3.2",
    "mistral-large; mistral-large-instruct-2407; mistral-large-instruct-2411; mistral-large3",
    "mistral7b-instruct-v0.1; mistral7b-instruct-v0.2; mistral7b-instruct-v0.3",
    "mixtral8x7b; mixtral8x22b",
    "gpt-oss; gpt-oss20b gpt-oss120b",
    "chatglm; glm4; glm4.5 glm4.6; glm4.7; glm5-; glm5.1",
    "kimi; kimi-k2; kimi-k2.5 kimi-k2-thinking; kimi-k2.6",
    "mimo; mimo-v2; mimo-v2.5",
    "granite; granite3.0 granite3.1; granite3.2 granite3.3; granite4; granite4.1",
    "olmo(?![2-9]); olmo2; olmo3",
    "yi6b yi9b yi34b; yi1.5; yi-lightning",
    "/t5 -t5 _t5; mt5 byt5 long-t5 codet5; ul2 codet5p; flan-t5 flan-ul2; t5gemma t5-gemma",
)
"""The order of generations in whichllm/data/lineage.py: a family a line, oldest first (facts; its patterns differ)."""


def whichllm_generation(name: str) -> float:
    """Points for the generation: -6 for a family's oldest to +10 for its newest.

    Andyyyy64/whichllm whichllm/data/lineage.py and engine/ranking_filters.py `_generation_bonus`, PyPI 0.5.21 (MIT).
    """
    best, name = 0.0, re.sub(r"(?<=[a-z])(?<!qwen)-(?=\d)", "", name.lower()) + "-"
    for line in WHICHLLM_GENERATIONS:
        generations = [entry.split() for entry in line.split("; ")]
        for i, words in reversed(list(enumerate(generations))):
            if any(re.search(word.replace(".", r"\."), name) for word in words):
                points = i / (len(generations) - 1) * 16 - 6
                best = points if abs(points) > abs(best) else best
                break
    return best


WHICHLLM_OFFICIAL = {
    "Qwen", "meta-llama", "google", "mistralai", "deepseek-ai", "microsoft", "nvidia", "01-ai", "tiiuae", "apple",
    "CohereForAI", "bigcode", "openai", "zai-org", "moonshotai", "MiniMaxAI", "XiaomiMiMo", "allenai", "ibm-granite",
    "stepfun-ai",
}  # fmt: skip
WHICHLLM_EXCLUDED = {
    "openai-community", "distilbert", "facebook", "EleutherAI", "HuggingFaceH4", "togethercomputer", "hmellor",
}  # fmt: skip
"""Owners that whichllm trusts, and owners that it never ranks (engine/ranking_sources.py, ranking_filters.py)."""


def whichllm_ranking(case: RankingCase) -> float | None:
    """whichllm's score where it has no benchmark: 0.55 of a size score, 3 for a known owner, 1.5 times the generation.

    Size is `4.2 · log2(total) + 9`, at most 35, in 10^9. Left out: its leaderboards (Artificial Analysis, LiveBench,
    Aider, Arena, Open LLM), which it downloads and which lead where they name the model; format, speed, downloads.
    It never ranks some owners (facebook, EleutherAI) nor a name with "tiny": None. Andyyyy64/whichllm
    whichllm/engine/ranking_score.py `_compute_quality_score`, PyPI 0.5.21 (MIT). Ran; generations agree for all 171
    names tried.
    """
    owner = case.name.split("/")[0] if "/" in case.name else ""
    tiny = re.search(r"tiny[-_]|[-_]tiny", case.name.split("/")[-1].lower())
    if case.parameters is None or owner in WHICHLLM_EXCLUDED or tiny:
        return None
    size = min(35.0, 4.2 * math.log2(max(0.5, case.parameters / 1e9)) + 9)
    trust = 3.0 if owner in WHICHLLM_OFFICIAL else 0.0
    return min(100.0, max(0.0, 0.55 * size + trust + 1.5 * whichllm_generation(case.name)))


LLM_CHECKER_FAMILIES = {
    "qwen2.5": 2, "qwen3": 4, "qwen": 2, "deepseek-r1": 5, "deepseek-coder": 4, "deepseek": 3, "llama3.2": 2,
    "llama3.3": 2, "llama3.1": 1, "llama": 0, "mistral": 1, "gemma3": 3, "gemma": 1, "phi": 0, "llava": 0,
    "granite": 0, "solar": 0, "starcoder": 1, "minicpm": 0, "yi-coder": 1, "yi": -3,
}  # fmt: skip


def llm_checker_ranking(case: RankingCase) -> float | None:
    """llm-checker's quality prior, category "general", without the format's penalty: steps of parameters, name, age.

    45 to 95 by total parameters; -3 to 5 for the family read from the name; 4 unless made for a special use; +3 when
    new to -8 when older than two years. Pavelevich/llm-checker src/models/deterministic-selector.js
    `calculateQualityPrior`, npm 3.8.1 (NPDL-1.0; arithmetic only). Ran, on 171 names without dates, and for six ages.
    Downloads, which add up to 4, are left out.
    """
    if case.parameters is None:
        return None
    name, size = case.name.lower(), case.parameters / 1e9
    steps = ((1.5, 45), (4, 60), (9, 75), (15, 82), (34, 89))
    base = next((score for most, score in steps if size <= most), 95)
    bump = next((v for word, v in LLM_CHECKER_FAMILIES.items() if word in name), 0)
    days = _days(case)
    age = 0.0
    if days is not None:
        age = _step(days, ((91, 3.0), (181, 2.0), (366, 1.0), (731, -4.0)), -8.0)
    special = any(word in name for word in ("code", "embed", "reason", "math", "logic", "vision"))
    task = 2.0 if "code" in name else 0.0
    if not special or "instruct" in name or "chat" in name:
        task = 4.0
    return min(100.0, max(0.0, base + bump + age + task))


def by_parameters(case: RankingCase) -> float | None:
    """The larger model first."""
    return case.parameters


def by_release_date(case: RankingCase) -> float | None:
    """The newer model first: days of the calendar."""
    if case.release_date is None:
        return None
    return float(date.fromisoformat(case.release_date).toordinal())
