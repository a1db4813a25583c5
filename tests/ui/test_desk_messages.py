"""What the bot says in the desks' channels (R8, R9, R16)."""

from __future__ import annotations

import re
from itertools import pairwise
from types import SimpleNamespace
from typing import Any

import pytest

from bot.domain.models import State
from bot.permissions import NEEDED
from bot.ui.desk_messages import (
    MESSAGE_LENGTH,
    ask_takeaway,
    channel_topic,
    greeting,
    last_word,
    opening,
    problem,
)
from bot.ui.guests import MENTIONS
from bot.ui.words import Words
from tests.ui.samples import (
    CHINESE,
    DESCRIPTION,
    ENGLISH,
    HOST,
    NAME,
    NOON,
    PUBLIC,
    TOPIC,
    both,
    ids,
    session,
)

OPEN: dict[str, Any] = {"state": State.OPEN, "desk": 25}
LONGEST = OPEN | {"topic": TOPIC, "host_name": HOST, "description": DESCRIPTION, "host_id": 2**63 - 1}


def test_an_opening_names_topic_desk_end_host_and_the_way_in() -> None:
    held = session(1, NOON, topic="*Git*", description="Bring\n@everyone", **OPEN)
    (part,) = opening(ENGLISH, held, [7], [8, 9], 55)
    assert part.text.splitlines() == [
        r"## \*Git\*",
        "Desk 25 is open until <t:1767243600:t>. Your host: <@7>",
        "Bring",
        "@\u200beveryone",
        "Walk in: <#55>",
        "<@8> <@9>",
    ]
    assert part.mentions == (7, 8, 9)


def test_an_opening_says_where_the_notes_are_written() -> None:
    held = session(1, NOON, topic="Git", **OPEN)
    (part,) = opening(ENGLISH, held, [7], [8], 55, notes="https://pad.example.org/p/1-git")
    assert part.text.splitlines()[2:] == [
        "Walk in: <#55>",
        "Write together: [notes](<https://pad.example.org/p/1-git>)",
        "<@8>",
    ]


def test_the_question_for_a_takeaway_has_its_button_and_pings_nobody() -> None:
    part = ask_takeaway(ENGLISH, session(12, NOON, topic="Git", **OPEN))
    assert "What should others take away from it?" in part.text
    assert (part.mentions, part.silent, ids(part.view)) == ((), True, ["openspace:takeaway:12"])


def test_an_opening_without_words_voice_or_guests_is_short() -> None:
    (part,) = opening(CHINESE, session(1, NOON, topic="Git", **OPEN), [7], [], None)
    assert part.text == "## Git\n第 25 桌開始了，到 <t:1767243600:t>。主持人：<@7>"
    assert part.mentions == (7,)


@pytest.mark.parametrize("words", PUBLIC, ids=both)
@pytest.mark.parametrize("guests", [0, 1, 60, 99, 100, 150, 500, 2000])
@pytest.mark.parametrize("longest", [False, True])
def test_r8_everyone_is_mentioned_once_in_as_few_messages_as_fit(
    words: Words, guests: int, longest: bool
) -> None:
    joined = [10**18 + n for n in range(guests)]
    held = session(1, NOON, **(LONGEST if longest else OPEN))
    parts = opening(words, held, [held.host_id], joined, 2**63 - 1)
    said = [int(i) for part in parts for i in re.findall(r"<@(\d+)>", part.text)]
    assert said == [held.host_id, *joined]
    assert [i for part in parts for i in part.mentions] == said
    assert all(len(part.text) <= MESSAGE_LENGTH and len(part.mentions) <= MENTIONS for part in parts)
    for part, following in pairwise(parts):
        more = f" <@{following.mentions[0]}>"
        assert len(part.text + more) > MESSAGE_LENGTH or len(part.mentions) == MENTIONS
    assert all(part.text for part in parts)


def test_r8_a_message_mentions_at_most_a_hundred() -> None:
    parts = opening(ENGLISH, session(1, NOON, **OPEN), [7], range(10, 160), None)
    assert [len(part.mentions) for part in parts] == [100, 51]


@pytest.mark.parametrize("words", PUBLIC, ids=both)
def test_r16_a_description_that_grows_when_escaped_is_cut_to_fit(words: Words) -> None:
    (part,) = opening(words, session(1, NOON, **LONGEST), [2**63 - 1], [], 2**63 - 1)
    assert MESSAGE_LENGTH - 4 <= len(part.text) <= MESSAGE_LENGTH
    assert r"\|…" in part.text
    assert part.text.endswith(f"<#{2**63 - 1}>")
    whole = session(1, NOON, **(LONGEST | {"description": "word " * 199 + "last"}))
    assert "word last" in opening(words, whole, [2**63 - 1], [], 2**63 - 1)[0].text


@pytest.mark.parametrize("words", PUBLIC, ids=both)
@pytest.mark.parametrize("description", ["", "short", DESCRIPTION, "word " * 200, "<@&1> @everyone"])
def test_r14_a_channel_topic_fits_and_ends_in_its_mark(words: Words, description: str) -> None:
    held = session(1, NOON, host_name=HOST, description=description)
    topic = channel_topic(words, held, "os-1234567890", 1024)
    assert topic.endswith(" · os-1234567890")
    assert len(topic) <= 1024
    assert "@everyone" not in topic
    assert r"\_\_" in topic
    assert ("short" in topic) is (description == "short")


def test_a_greeting_lets_both_find_each_other_and_pings_nobody_else() -> None:
    (part,) = greeting(ENGLISH, session(1, host_name="@everyone"), [8])
    assert part.text == "👋 <@8> just joined. <@7>, say hello!"
    assert part.mentions == (8, 7)
    (again,) = greeting(ENGLISH, session(1), [8], ping=False)
    assert again.mentions == (8,)


def test_r17_guests_who_come_together_are_greeted_together() -> None:
    parts = greeting(ENGLISH, session(1), range(10, 160))
    assert [len(part.mentions) for part in parts] == [100, 51]
    assert [i for part in parts for i in part.mentions] == [10, 7, *range(11, 160)]
    assert greeting(ENGLISH, session(1), []) == []


@pytest.mark.parametrize("words", PUBLIC, ids=both)
def test_the_last_word_pings_nobody(words: Words) -> None:
    assert last_word(words).mentions == ()
    assert last_word(words).text == words("last-word")


def guild(role: str | None) -> Any:
    return SimpleNamespace(
        self_role=SimpleNamespace(name=role) if role else None, me=SimpleNamespace(display_name="*Bot*")
    )


@pytest.mark.parametrize("words", PUBLIC, ids=both)
def test_problems_fit_and_name_every_permission(words: Words) -> None:
    bits = [name for name, needed in NEEDED if needed]
    text = problem(words, guild(NAME), "permissions", ", ".join(bits))
    assert len(text) <= MESSAGE_LENGTH
    for bit in bits:
        assert f"**{words(f'permission-{bit}')}**" in text
    for code in ("guild-full", "words:7", "given-up:x", "deleted:board:", "fault:x", "no-channels"):
        assert len(problem(words, guild(NAME), code, "x" * 100)) <= MESSAGE_LENGTH


@pytest.mark.parametrize("words", PUBLIC, ids=both)
def test_what_is_denied_names_the_channel_and_the_permission(words: Words) -> None:
    text = problem(words, guild(None), "denied:77", "send_messages")
    assert "<#77>" in text
    assert r"\*Bot\*" in text
    assert f"**{words('permission-send_messages')}**" in text
    assert "<#" not in problem(words, guild(None), "denied:0", "")
