"""Lots that need no memory: the same reader draws the same one on every device and in every process. Pure."""

from collections.abc import Sequence
from hashlib import sha256
from typing import TypeVar

SLOTS = 100
# All experiments order the same page, so they share one layer: each has slots of its own in it
# (Tang et al., "Overlapping Experiment Infrastructure", KDD 2010).
LAYER = "layer:home"
Arm = TypeVar("Arm")


def bucket(salt: str, reader_id: int) -> float:
    """A number in [0, 1), uniform over readers and independent for each salt: 53 bits of SHA-256."""
    digest = sha256(f"{salt}:{reader_id}".encode()).digest()
    return (int.from_bytes(digest[:8]) >> 11) / 2**53


def slot_of(reader_id: int) -> int:
    """The hundredth of all readers that the reader is in, for good."""
    return int(bucket(LAYER, reader_id) * SLOTS)


def drawn(place: float, arms: Sequence[tuple[Arm, int]]) -> Arm:
    """The arm in whose part of the shares, laid end to end, the place falls; `arms` are (arm, share), at least one."""
    reached, whole = 0, sum(share for _, share in arms)
    for arm, share in arms:
        reached += share
        if place * whole < reached:
            return arm
    return arms[-1][0]
