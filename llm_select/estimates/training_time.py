"""How long a training run takes: arithmetic over throughput, with a fixed cost of each layer and pass."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from llm_select.estimates import training_calibration as c
from llm_select.estimates.speed_terms import body_parameters
from llm_select.estimates.types import Range

if TYPE_CHECKING:
    from llm_select.estimates.sizing import Sizing


class PassWork(NamedTuple):
    """Arithmetic of one pass forward and back on one GPU, in floating-point operations."""

    layers: float
    """Forward through the layers and back to their inputs."""
    weights: float
    """Gradients of the weights that are trained."""
    again: float
    """The layers a second time, where activations are recomputed."""
    head: float
    """Output head, forward and back to its input."""

    @property
    def total(self) -> float:
        """All of it."""
        return self.layers + self.weights + self.again + self.head


def pass_work(
    size: Sizing, *, full: bool, trainable: int, tokens: int, seq_len: int, recompute: bool
) -> PassWork:
    """Arithmetic of a pass over `tokens` tokens in sequences of `seq_len`.

    Two operations for each weight and token forward, as many back to the inputs, as many again for the gradients of
    trained weights: 6·P·tokens for full training (Kaplan et al. 2020, arXiv:2001.08361 §2.1), about 4·P for an
    adapter, whose base has no gradients; recomputation adds one pass forward through the layers (Korthikanti et al.
    2022, arXiv:2205.05198 §5). Of a mixture, the weights a token visits. An encoder-decoder reads as many tokens as it
    writes here: both stacks count for every token.
    """
    body = 2.0 * body_parameters(size) * tokens
    attention = 0.0
    for products, window in size.attention:
        seen = seq_len / 2 if size.generates and not size.has_source else seq_len
        attention += 2.0 * products * tokens * (min(seen, window) if window else seen)
    p = size.parameters
    table = (p.embedding if size.tied else p.output) if size.generates else 0
    head = 2.0 * table * tokens
    trained = (body + head) if full else 2.0 * trainable * tokens
    adapter = 0.0 if full else 4.0 * trainable * tokens
    return PassWork(
        # The product of queries and keys and the one with the values each have two gradients.
        2 * body + 3 * attention + adapter,
        trained,
        body + attention if recompute else 0.0,
        2 * head,
    )


def pass_seconds(
    size: Sizing, flops: float, tflops: float, *, full: bool, exchange_s: float = 0.0
) -> Range:
    """Seconds of one pass of `flops` operations on a device of `tflops` (1e12 operations a second at full rate).

    The device computes while the host prepares the kernels of the next layers and while weights or gradients travel
    between devices (`exchange_s`): the slowest sets the pace; at worst the exchange is not hidden. The other ends of
    the range are the errors on measured runs (`tests/measurements/training_speed.csv`).
    """
    share = c.UTILIZATION_FULL if full else c.UTILIZATION_ADAPTER
    device = max(flops / (tflops * 1e12 * share), size.layers * c.HOST_LAYER_S)
    expected = max(device, exchange_s)
    return Range(expected * c.TIME_LOW, expected, device * c.TIME_HIGH + exchange_s)


def step_seconds(trainable: float, bandwidth_gb_s: float) -> float:
    """Seconds of the optimizer's step over `trainable` weights of one device: PyTorch's AdamW moves each state several
    times (see `STEP_BYTES`)."""
    return trainable * c.STEP_BYTES / (bandwidth_gb_s * 1e9)


def exchange_seconds(
    sharding: str, gpus: int, weights: float, gradients: float, link_gb_s: float
) -> tuple[float, float]:
    """Seconds that weights and gradients travel, of a pass and of a step.

    Full sharding gathers the weights (bytes of one GPU's share times `gpus`) forward and backward and scatters the
    gradients each pass; the other ways reduce the gradients once a step: a ring moves (n − 1)/n of a message to gather
    or to scatter it, twice that to reduce it for all (Rajbhandari et al. 2020, arXiv:1910.02054 §7).
    """
    if gpus < 2:
        return 0.0, 0.0
    ring = (gpus - 1) / gpus / (link_gb_s * 1e9)
    if sharding in ("zero3", "fsdp"):
        return (2 * weights + gradients) * ring, 0.0
    return 0.0, 2 * gradients * ring
