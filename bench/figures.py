"""Figures: what was measured, what it may be at most, and how the two are told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True)
class Figure:
    """One figure; `limit` is None where it is told for comparison only."""

    name: str
    value: float
    unit: str
    limit: float | None = None

    @property
    def missed(self) -> bool:
        """Whether it is more than it may be."""
        return self.limit is not None and self.value > self.limit

    def __str__(self) -> str:
        allowed = "" if self.limit is None else f"at most {self.limit:g}"
        verdict = "" if self.limit is None else "MISSED" if self.missed else "ok"
        return f"{self.name:<58} {self.value:9.2f} {self.unit:<5} {allowed:<14} {verdict}".rstrip()


def milliseconds(name: str, seconds: Sequence[float], limit: float | None = None) -> Figure:
    """Return the median of some times, and what it may be."""
    return Figure(f"{name}, median of {len(seconds)}", median(seconds) * 1000, "ms", limit)


def ratio(name: str, seconds: Sequence[float], beside: Sequence[float], limit: float) -> Figure:
    """Return how many times as long some take as others, by their medians."""
    return Figure(name, median(seconds) / median(beside), "times", limit)
