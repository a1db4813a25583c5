from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.service.support import Place, open_place


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[Place]:
    """PyCon Taiwan's ten desks at 10:00 on day 1."""
    async with open_place(tmp_path) as opened:
        yield opened
