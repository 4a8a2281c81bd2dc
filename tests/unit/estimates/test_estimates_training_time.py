"""Arithmetic of a pass, written out."""

from __future__ import annotations

import pytest

from llm_select.estimates.sizing import Sizing, sizing
from llm_select.estimates.speed_terms import body_parameters
from llm_select.estimates.training_time import (
    exchange_seconds,
    pass_seconds,
    pass_work,
    step_seconds,
)
from tests import builders


@pytest.fixture(scope="module")
def size() -> Sizing:
    """The shape of Llama 3.1 8B."""
    return sizing(builders.model())


def work(size: Sizing, *, full: bool, recompute: bool = False, tokens: int = 1) -> float:
    """Operations of a pass over single tokens, where attention is next to nothing."""
    return pass_work(
        size, full=full, trainable=0, tokens=tokens, seq_len=1, recompute=recompute
    ).total


def test_full_training_takes_six_operations_a_weight_and_token(size: Sizing) -> None:
    weights = body_parameters(size) + size.parameters.output
    assert work(size, full=True) == pytest.approx(6 * weights, rel=1e-3)


def test_a_frozen_base_takes_four(size: Sizing) -> None:
    weights = body_parameters(size) + size.parameters.output
    assert work(size, full=False) == pytest.approx(4 * weights, rel=1e-3)


def test_recomputation_adds_one_pass_through_the_layers(size: Sizing) -> None:
    more = work(size, full=True, recompute=True) - work(size, full=True)
    assert more == pytest.approx(2 * body_parameters(size), rel=1e-3)


def test_work_grows_with_the_tokens(size: Sizing) -> None:
    assert work(size, full=True, tokens=10) == pytest.approx(10 * work(size, full=True))


def test_longer_sequences_take_more_than_their_tokens(size: Sizing) -> None:
    short = pass_work(size, full=True, trainable=0, tokens=8192, seq_len=512, recompute=False)
    long = pass_work(size, full=True, trainable=0, tokens=8192, seq_len=8192, recompute=False)
    assert long.total > short.total


def test_a_short_pass_waits_for_the_host(size: Sizing) -> None:
    one = pass_seconds(size, 1.0, 1000.0, full=True)
    assert one.expected == pytest.approx(32 * 6.7e-3)


def test_a_slow_link_sets_the_pace(size: Sizing) -> None:
    assert pass_seconds(size, 1.0, 1000.0, full=True, exchange_s=9.0).expected == 9.0


def test_one_gpu_exchanges_nothing() -> None:
    assert exchange_seconds("fsdp", 1, 1e9, 1e9, 100.0) == (0.0, 0.0)


def test_full_sharding_gathers_twice_and_scatters_once_a_pass() -> None:
    # Half of 2 · 10 GB of weights and 2 GB of gradients over 100 GB/s.
    assert exchange_seconds("zero3", 2, 10e9, 2e9, 100.0) == (pytest.approx(0.11), 0.0)


def test_copies_reduce_gradients_once_a_step() -> None:
    assert exchange_seconds("ddp", 2, 10e9, 2e9, 100.0) == (0.0, pytest.approx(0.02))


def test_a_step_moves_64_bytes_a_weight() -> None:
    assert step_seconds(1e9, 640.0) == pytest.approx(0.1)
