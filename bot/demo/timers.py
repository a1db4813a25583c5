"""The looks' timers under simcord: they fire when the simulated clock is moved, never by themselves."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

import simcord.env
from simcord._dpy_internals import _original_callback

from bot.cases.desk import CaseDesk
from bot.desks.keeper import Keeper
from bot.web.shelf import Shelf

OURS = (Keeper._begin, CaseDesk._begin, Shelf._begin)
"""What begins a look when its time has come."""


@contextmanager
def virtual_timers() -> Iterator[None]:
    """Keep whoever acts from waiting, in real time, for what the keeper and the pages do in a few seconds.

    simcord lets a timer that is due within its patience also run by the real clock, and waits for it.
    """
    real = vars(simcord.env)["_active_callbacks"]

    def active(state: Any) -> list[Any]:
        for record in state.work.callbacks:
            callback = _original_callback(getattr(record.handle, "_callback", None))
            if getattr(callback, "__func__", None) in OURS and record.real_handle:
                record.real_handle.cancel()
        live: list[Any] = real(state)
        return live

    with (
        patch.object(simcord.env, "_active_callbacks", active),
        patch.object(Keeper, "pace", 0.0),
        patch.multiple(Shelf, gather=0.0, apart=0.0),
    ):
        yield
