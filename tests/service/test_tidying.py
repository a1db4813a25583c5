"""C21 and C22: what has had its time is forgotten, and nothing else."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.domain.refusal import Refusal
from bot.service import Draft
from bot.service.tidying import FADED_KEPT
from bot.store.drafts import DRAFT_LIFE
from tests.service.support import ANA, BEN, CAT, GUILD, Place

FADE = timedelta(hours=48)
SECOND = timedelta(seconds=1)


async def tidy(place: Place) -> None:
    await place.service.tidying.tidy()


async def test_c21_what_was_typed_is_gone_after_two_days_though_nobody_types_again(place: Place) -> None:
    await place.service.drafts.keep(GUILD, Draft(ANA.id, "My secret", "", "25:00", None))
    place.clock.time += DRAFT_LIFE
    await tidy(place)
    assert place.ask("SELECT count(*) FROM draft") == [(1,)]
    place.clock.time += SECOND
    await tidy(place)
    assert place.ask("SELECT count(*) FROM draft") == [(0,)]


async def test_c21_what_is_forgotten_is_not_in_the_file_any_more(place: Place) -> None:
    await place.service.drafts.keep(GUILD, Draft(ANA.id, "My secret", "", "25:00", None))
    place.clock.time += DRAFT_LIFE + SECOND
    place.ask("PRAGMA wal_checkpoint(TRUNCATE)")
    assert b"My secret" in content(place)
    await tidy(place)
    place.ask("PRAGMA wal_checkpoint(TRUNCATE)")
    assert b"My secret" not in content(place)


def content(place: Place) -> bytes:
    return place.db.path.read_bytes()


async def test_c21_of_an_idea_that_is_gone_nobodys_name_is_kept(place: Place) -> None:
    taken_back = await place.service.ideas.put_up(GUILD, ANA, "Rust")
    hosted = await place.service.ideas.put_up(GUILD, ANA, "Go")
    up = await place.service.ideas.put_up(GUILD, ANA, "Zig")
    for idea in (taken_back, hosted, up):
        await place.service.ideas.me_too(GUILD, idea.idea_id, BEN)
    await place.service.ideas.drop(GUILD, taken_back.idea_id, ANA)
    result = await place.service.hosting.host(
        GUILD, CAT, Draft(CAT.id, "Go", "", "11:00", None, hosted.idea_id)
    )
    assert result.brought == 2  # they are the session's guests now
    assert place.ask("SELECT idea_id, user_name FROM idea_supporter ORDER BY user_id") == [
        (up.idea_id, "Ana"),
        (up.idea_id, "Ben"),
    ]
    assert place.ask("SELECT topic, author_id, author_name FROM idea ORDER BY id") == [
        ("Rust", 0, ""),
        ("Go", 0, ""),
        ("Zig", ANA.id, "Ana"),
    ]
    with pytest.raises(Refusal) as caught:
        await place.service.ideas.me_too(GUILD, hosted.idea_id, CAT)
    assert (caught.value.code, caught.value.fields["topic"]) == ("idea-hosted", "Go")


async def test_c22_faded_ideas_are_not_read_for_ever(place: Place) -> None:
    idea = await place.service.ideas.put_up(GUILD, ANA, "Rust")
    place.clock.time += FADE + FADED_KEPT - SECOND
    await tidy(place)
    assert place.ask("SELECT count(*) FROM idea WHERE gone_at IS NULL") == [(1,)]  # a slip can be mended
    assert await place.actions() == ["idea"]
    place.clock.time += SECOND
    for _ in range(2):
        await tidy(place)
    assert place.ask("SELECT count(*) FROM idea WHERE gone_at IS NULL") == [(0,)]
    assert place.ask("SELECT count(*) FROM idea_supporter") == [(0,)]
    assert await place.actions() == ["idea", "idea-faded"]
    assert (await place.audit())[-1].detail == {"idea": idea.idea_id, "topic": "Rust"}


async def test_an_idea_that_somebody_still_wants_stays(place: Place) -> None:
    idea = await place.service.ideas.put_up(GUILD, ANA, "Rust")
    place.clock.time += FADE - SECOND
    await place.service.ideas.me_too(GUILD, idea.idea_id, BEN)
    place.clock.time += FADE - SECOND
    await tidy(place)
    assert [i.topic for i in await place.service.ideas.look(GUILD, ANA.id)] == ["Rust"]
