"""Cases behind the same strict Discord as the desks, which fails on command."""

from __future__ import annotations

from tests.desks.conftest import wire

__all__ = ["wire"]
