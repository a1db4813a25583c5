"""R3, R13, R14: after any sequence of what people do and what goes wrong, all is what the database says.

Each sequence is a conference of its own, with its own settings, played by the real bot: commands, clicks,
forms, voice moves, hands that delete and edit, requests that are answered 429, 500 or 503, or done with their
answer lost, crashes, restarts and clocks that jump. Then all is calm for a while, and Discord is compared
with what stands in the file. OPENSPACE_EXAMPLES=20 plays twenty times as many (`make test-deep` ten times),
OPENSPACE_SEED=68 the sequence 68 and those after it.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.desks.conftest import Wire
from tests.desks.player import Player
from tests.desks.truth import all_is_true
from tests.service.support import examples

SEQUENCES = examples(300)
SEED = int(os.environ.get("OPENSPACE_SEED", "0"))
AT_ONCE = 20
"""Sequences in one test: pytest-xdist deals whole tests to its workers."""


@pytest.mark.deep
@pytest.mark.no_cover
@pytest.mark.parametrize("first", range(SEED, SEED + SEQUENCES, AT_ONCE))
async def test_r3_r13_r14_whatever_happens_all_is_what_the_database_says(
    first: int, tmp_path: Path, wire: Wire
) -> None:
    for seed in range(first, first + AT_ONCE):
        folder = tmp_path / str(seed)
        folder.mkdir()
        async with Player.playing(seed, folder, wire) as player:
            try:
                await player.play()
                await player.calm_down()
                await all_is_true(player)
            except BaseException as error:
                error.add_note(f"sequence {seed}: " + "; ".join(player.told))
                raise
