"""R3, R7, R12, R13, R14: after any sequence of what happens, all is what the database says.

Each sequence is a conference of its own, with its own settings, played by the real bot: commands, clicks,
forms, voice moves; organizers who pause, move, cancel, announce, block, send out, change windows and limits;
hands that delete and edit; requests that are answered 429, 500 or 503, or done, their answer lost; crashes,
restarts and clocks that jump. In some, ten desks are open from the start, and organizers do half of it. Then
all is calm for a while, Discord is compared with what stands in the file, and the audit trail is played again
line by line. OPENSPACE_EXAMPLES=20 plays twenty times as many (`make test-deep` ten times),
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

SEQUENCES, CROWDS = examples(100), examples(16)
SEED = int(os.environ.get("OPENSPACE_SEED", "0"))
AT_ONCE, CROWDS_AT_ONCE = 10, 4
"""Sequences in one test: pytest-xdist deals whole tests to its workers."""


@pytest.mark.deep
@pytest.mark.no_cover
@pytest.mark.parametrize("first", range(SEED, SEED + SEQUENCES, AT_ONCE))
async def test_r3_r13_r14_whatever_happens_all_is_what_the_database_says(
    first: int, tmp_path: Path, wire: Wire
) -> None:
    for seed in range(first, first + AT_ONCE):
        await play(seed, tmp_path, wire)


@pytest.mark.deep
@pytest.mark.no_cover
@pytest.mark.parametrize("first", range(SEED, SEED + CROWDS, CROWDS_AT_ONCE))
async def test_r3_r7_r12_organizers_act_while_ten_desks_are_open_and_people_click(
    first: int, tmp_path: Path, wire: Wire
) -> None:
    for seed in range(first, first + CROWDS_AT_ONCE):
        await play(seed, tmp_path, wire, crowd=True)


async def play(seed: int, tmp_path: Path, wire: Wire, *, crowd: bool = False) -> None:
    """Play one sequence; a failure says what was done, and which one it is."""
    folder = tmp_path / str(seed)
    folder.mkdir()
    async with Player.playing(seed, folder, wire, crowd=crowd) as player:
        try:
            await player.play()
            await player.calm_down()
            await all_is_true(player)
        except BaseException as error:
            error.add_note(f"{'crowd' if crowd else 'sequence'} {seed}: " + "; ".join(player.told))
            raise
