"""mlx-lm's own benchmark beside this file: the peak its allocator counts, so what the process holds besides does not.

`peak_gb` is in 1e9 bytes (`mx.get_peak_memory() / 1e9`). Beside the catalog's formats there are 6 and 5 bits, and
groups of 32.
"""

from __future__ import annotations

import measurement_rows as m

from llm_select.estimates.memory import inference_memory
from llm_select.estimates.types import MemoryEstimate, Workload


def estimate(r: m.Row) -> MemoryEstimate:
    """What the project says of a row."""
    work = Workload(int(r["context"]), int(r["prompt_tokens"]), int(r["generate_tokens"]))
    return inference_memory(
        m.model(r["model"]),
        m.quantization(r["quantization"]),
        m.catalog().engines["mlx"],
        work,
        None,
    )


def peaks(r: m.Row) -> tuple[float, float]:
    """Estimated and measured bytes, the process's own left out."""
    e = estimate(r)
    return e.total - e.overhead, float(r["peak_gb"]) * 1e9
