"""What was found on a machine, before any catalog is asked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

Note = tuple[str, str | float]
"""A code and its value; the sentence is made where it is shown."""


class Gpu(NamedTuple):
    """One accelerator as the driver names it."""

    name: str
    """Name."""
    gib: float | None
    """Memory, GiB; None when the driver does not say."""
    free_gib: float | None = None
    """Not in use now, GiB."""
    vendor: str = "nvidia"
    """nvidia, amd, apple, intel."""
    kind: str = "card"
    """card; mig, a slice of one; vgpu, a virtual one; shared, when its memory is the processor's too."""
    usable_gib: float | None = None
    """What the driver lets the accelerator use of shared memory, GiB."""


class Found(NamedTuple):
    """Accelerators of one maker, and what is worth saying of them."""

    gpus: tuple[Gpu, ...] = ()
    notes: tuple[Note, ...] = ()


class Seen(NamedTuple):
    """What the operating system and the drivers report."""

    gpus: tuple[Gpu, ...]
    """Accelerators that a program may use."""
    ram_gib: float
    """Main memory that this program may use: the system's, or its container's."""
    ram_free_gib: float | None = None
    """Of it, available now."""
    processor: str | None = None
    """Name."""
    cores: int | None = None
    """Processors that this program may use."""
    notes: tuple[Note, ...] = ()
    """What limits the machine, or could not be read."""


def chosen(gpus: Sequence[Gpu], ids: Sequence[tuple[str, ...]], asked: str | None) -> list[Gpu]:
    """The accelerators that an environment variable such as CUDA_VISIBLE_DEVICES leaves visible.

    `ids` are the names each answers to: its index, its UUID. The list ends at the first entry that names none, as
    the drivers read it; an empty value hides all.
    """
    if asked is None:
        return list(gpus)
    kept: list[Gpu] = []
    for word in (part.strip() for part in asked.split(",")):
        match = [
            gpu
            for gpu, names in zip(gpus, ids, strict=True)
            if word and any(word == n or (len(word) > 4 and n.startswith(word)) for n in names)
        ]
        if len(match) != 1:
            break
        kept.append(match[0])
    return kept
