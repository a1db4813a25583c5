"""What organizers read before and after they act: in the longest words within Discord's limits."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import discord
import pytest

from bot.domain.models import State
from bot.domain.notices import Notice, NoticeKind
from bot.domain.refusal import Refusal
from bot.service import Announced, Block, Blocked, Changed, Closed, Offered, Person, Showing
from bot.service.announcing import ANNOUNCEMENT_LENGTH
from bot.ui import announcing, blocking, desk_messages, managing, moderating
from bot.ui.answer import refused
from bot.ui.desk_messages import MESSAGE_LENGTH
from bot.ui.words import Words
from tests.ui.samples import BOTH, DESCRIPTION, HOST, NOON, TOPIC, both, ids, labels, programme, session
from tests.ui.test_components import check

REASON = "*" * 500
ONE = session(2**63 - 1, topic=TOPIC, host_name=HOST, description=DESCRIPTION)
OPEN = replace(ONE, state=State.OPEN, desk=25)
GUESTS = tuple(Person(n, HOST) for n in range(500))
MANY = [replace(ONE, id=2**62 + n, state=State.OPEN if n == 0 else State.BOOKED) for n in range(26)]
BLOCKS = [
    Block(2**62 + n, HOST, REASON, None if n % 2 else NOON + timedelta(days=1), NOON) for n in range(30)
]
Shown = tuple[str, discord.ui.View | None]


def answers(words: Words) -> list[Shown]:
    """Everything in its longest words."""
    showing, later = Showing(ONE, GUESTS), replace(ONE, start=NOON + timedelta(days=1))
    told = Announced(2**63 - 1, "長" * ANNOUNCEMENT_LENGTH, tuple(MANY), NOON)
    shown = words("announcement", words=told.words)
    closed = [Closed(replace(each, state=State.CANCELLED), 3, host_told=True) for each in MANY]
    return [
        moderating.ask_move(words, showing, later),
        moderating.ask_close(words, showing, REASON, 2**63 - 1),
        moderating.ask_close(words, Showing(OPEN, GUESTS)),
        moderating.moved(words, Changed(ONE, later, told=True, host_told=True)),
        moderating.moved(words, Changed(ONE, ONE)),
        moderating.closed(
            words, Closed(replace(ONE, state=State.CANCELLED, why=REASON), 500, host_told=True)
        ),
        moderating.closed(words, Closed(replace(OPEN, state=State.ENDED, why=REASON), 500, host_told=True)),
        (moderating.rebooked(words, ONE), None),
        (managing.offered(words, Offered(ONE, Person(1, HOST), new=True)), None),
        *(
            desk_messages.offer_answered(words, ONE, 2**63 - 1, said)
            for said in ("taken", "shared", "declined")
        ),
        blocking.blocked(words, Blocked(BLOCKS[0], MANY)),
        blocking.everyone(words, BLOCKS),
        blocking.ask_cancel_all(words, MANY, 2**63 - 1),
        blocking.cancelled_all(words, closed, 10),
        announcing.preview(words, told, "<#1234567890123456789>", shown),
        announcing.sent(words, told),
    ]


@pytest.mark.parametrize("words", BOTH, ids=both)
async def test_r16_every_answer_fits_a_message(words: Words) -> None:
    for text, view in answers(words):
        assert 0 < len(text) <= MESSAGE_LENGTH, text[:80]
        if view:
            check(view)
    for code in ("blocked-until-why", "blocked-why", "paused-why"):
        said = refused(words, Refusal(code, reason=REASON, until=NOON)).text or ""
        assert len(said) <= MESSAGE_LENGTH


@pytest.mark.parametrize("words", BOTH, ids=both)
async def test_r16_every_form_fits(words: Words) -> None:
    check(moderating.why_form(words, moderating.MOVE_FORM, 2**63 - 1, 1767240000, 1440))
    check(moderating.give_form(words, ONE))
    check(announcing.announce_form(words, "長" * ANNOUNCEMENT_LENGTH, 72))


NOTICES = (NoticeKind.CHANGED, NoticeKind.CANCELLED, NoticeKind.ENDED, NoticeKind.RESTORED)


@pytest.mark.parametrize("words", BOTH, ids=both)
@pytest.mark.parametrize("kind", NOTICES)
@pytest.mark.parametrize("joined", [[], [5], [7], list(range(100, 500))], ids=["none", "one", "host", "many"])
def test_r17_what_organizers_did_mentions_host_and_guests_once(
    words: Words, kind: NoticeKind, joined: list[int]
) -> None:
    notice = Notice(1, 1, 1, kind, 7, NOON, tried=False, parts_sent=0, words=REASON)
    for of in (ONE, OPEN):
        parts = desk_messages.news(words, [notice], of, joined)
        assert all(len(part.text) <= MESSAGE_LENGTH and len(part.mentions) <= 100 for part in parts)
        named = [user_id for part in parts for user_id in part.mentions]
        assert sorted(named) == sorted({7, *joined})
        assert all(f"<@{user_id}>" in "".join(part.text for part in parts) for user_id in named)
        assert not any(part.silent for part in parts)
        assert r"> \*" in parts[0].text


@pytest.mark.parametrize("words", BOTH, ids=both)
async def test_a_session_without_its_host_shows_what_can_be_done(words: Words) -> None:
    cohosts = tuple(Person(2**62 + n, HOST) for n in range(5))
    for of, cohost, expected in (
        (ONE, (), ["give", "admincancel", "hostless"]),
        (OPEN, cohosts, ["offer", "offer", "offer", "give", "adminend", "hostless"]),
    ):
        part = desk_messages.host_gone(words, Showing(of, GUESTS, cohost))
        assert len(part.text) <= MESSAGE_LENGTH
        assert part.mentions == ()
        assert part.view
        check(part.view)
        assert [custom_id.split(":")[1] for custom_id in ids(part.view)] == expected


async def test_an_offer_names_whom_it_is_for_in_its_button_too() -> None:
    for kind, yes in ((NoticeKind.OFFER, "takeover"), (NoticeKind.COHOST, "share")):
        asked = Notice(1, 1, ONE.id, kind, 42, ONE.start, tried=False, parts_sent=0, asker=ONE.host_id)
        showing = Showing(ONE, cohosts=(Person(7, "cy"),))
        for asker, named in ((ONE.host_id, True), (7, True), (8, False)):  # organizers ask as such
            part = desk_messages.offer(BOTH[0], showing, replace(asked, asker=asker))
            assert part.mentions == (42,)  # who asks is named, not pinged
            assert (f"<@{asker}>" in part.text, "organizers" in part.text) == (named, not named)
            assert part.view
            assert ids(part.view) == [f"openspace:{yes}:{ONE.id}:42", f"openspace:decline:{ONE.id}:42:{kind}"]


async def test_a_reason_is_asked_for_only_where_none_was_given() -> None:
    [_, bare] = moderating.ask_close(BOTH[0], Showing(ONE))
    [_, given] = moderating.ask_close(BOTH[0], Showing(ONE), "Fire", 3)
    assert labels(bare) == ["Yes, cancel it", "With a reason…", "Keep it"]
    assert labels(given) == ["Yes, cancel it", "Keep it"]
    assert ids(given) == [f"openspace:admincancelnow:{ONE.id}:3", f"openspace:keepit:{ONE.id}"]


TYPED: list[tuple[str, str | None]] = [
    ("ana", "not one"),
    ("ana b", "2"),
    ("ANA C", "3"),
    ("2", "2"),
    ("<@3>", "3"),
    ("b", "2"),
    ("nobody", None),
]


@pytest.mark.parametrize(("typed", "meant"), TYPED)
def test_who_is_meant_by_what_is_typed(typed: str, meant: str | None) -> None:
    known = [Block(n, name, "", None, NOON) for n, name in ((2, "Ana B"), (3, "Ana C"))]
    if meant in {"2", "3"}:
        assert str(blocking.meant(typed, known, programme()).user_id) == meant
        return
    with pytest.raises(Refusal) as caught:
        blocking.meant(typed, known, programme())
    assert caught.value.code == ("blocked-which" if meant else "not-blocked")


@pytest.mark.parametrize("words", BOTH, ids=both)
def test_c1_every_shown_name_can_be_sent_in_place_of_its_value(words: Words) -> None:
    twins = [replace(each, name=f"{each.name[:30]}{n}") for n, each in enumerate(BLOCKS[:25])]
    offered: list[Any] = blocking.choices(words, twins, "", programme())
    assert len(offered) == 25
    for choice in offered:
        assert len(choice.name) <= 100
        assert str(blocking.meant(choice.name, twins, programme()).user_id) == choice.value
