"""What a host reads after hosting, and a guest after joining or leaving."""

from __future__ import annotations

import pytest

from bot.domain.models import State
from bot.domain.records import Kind
from bot.service import Hosted, Joined, Reminded
from bot.ui.hosting import channels_due, hosted, joined, left, reminded
from bot.ui.words import Words
from tests.ui.samples import BOTH, CHANNELS, CHINESE, ENGLISH, HOST, NOON, TOPIC, at, both, session

OPEN = session(1, NOON, topic="*Git*", host_name="_ana_", state=State.OPEN, desk=3)
BOOKED = session(1, at(13), topic="*Git*", host_name="_ana_")
HERE = {Kind.VOICE: 55, Kind.TEXT: 66}


def test_a_start_now_with_its_links() -> None:
    assert hosted(ENGLISH, Hosted(OPEN), HERE, 5, NOON).splitlines() == [
        r"🟢 **Desk 3 is yours: \*Git\*** — until <t:1767243600:t> (<t:1767243600:R>)",
        "🔊 <#55> · 💬 <#66>",
    ]
    assert hosted(CHINESE, Hosted(OPEN), HERE, 5, NOON).startswith(r"🟢 **第 3 桌開始了：\*Git\***")


@pytest.mark.parametrize("channels", [{}, {Kind.VOICE: 55}])
def test_a_start_now_whose_channels_are_being_made(channels: dict[Kind, int]) -> None:
    lines = hosted(ENGLISH, Hosted(OPEN), channels, 5, NOON).splitlines()
    assert lines[-1] == "Its channels are being made; the links appear here."


@pytest.mark.parametrize(
    ("lead", "last"),
    [
        (5, "Its channels appear 5 minutes before the start."),
        (1, "Its channels appear 1 minute before the start."),
        (0, "Its channels appear when it starts."),
        (60, "Its channels are being made; the links appear here."),
    ],
)
def test_a_booking_says_when_its_channels_appear(lead: int, last: str) -> None:
    lines = hosted(ENGLISH, Hosted(BOOKED), {}, lead, NOON).splitlines()
    assert lines == [r"📌 **Booked: \*Git\*** — <t:1767243600:f> to <t:1767247200:t>, <t:1767243600:R>", last]


def test_channels_are_due_from_the_lead_on() -> None:
    assert channels_due(OPEN, 0, NOON)
    assert not channels_due(BOOKED, 59, NOON)
    assert channels_due(BOOKED, 60, NOON)


@pytest.mark.parametrize("cut", ["window", "full", "own"])
def test_r4_a_cut_end_is_said(cut: str) -> None:
    lines = hosted(ENGLISH, Hosted(OPEN, cut=cut), HERE, 5, NOON).splitlines()
    assert lines[1] == ENGLISH(f"hosted-cut-{cut}", until="<t:1767243600:t>")


def test_the_same_wish_again_and_words_that_were_cut_are_said() -> None:
    lines = hosted(ENGLISH, Hosted(BOOKED, again=True, shortened=True), HERE, 5, NOON).splitlines()
    assert lines[0] == "You have this one already:"
    assert lines[2] == "Your words were too long for Discord and were cut."


def test_a_guest_reads_where_to_go_or_when() -> None:
    assert joined(ENGLISH, Joined(OPEN, changed=True), HERE, 8).splitlines() == [
        r"✅ You're in: **\*Git\***, hosted by \_ana\_.",
        "🔊 <#55> · 💬 <#66>",
    ]
    assert joined(ENGLISH, Joined(OPEN, changed=False), {}, 8).splitlines() == [
        r"✅ You're already in: **\*Git\***, hosted by \_ana\_.",
        "Its channels are being made; the links appear here.",
    ]
    later = joined(ENGLISH, Joined(BOOKED, changed=True), {}, 8).splitlines()[-1]
    assert later == "It starts <t:1767243600:f>, <t:1767243600:R>; you'll be mentioned when it opens."


def test_leaving_says_whether_one_was_in() -> None:
    assert left(ENGLISH, Joined(OPEN, changed=True)) == r"You left **\*Git\***. No more notices."
    assert left(CHINESE, Joined(OPEN, changed=False)) == r"你沒有參加 **\*Git\***。"


@pytest.mark.parametrize("words", BOTH, ids=both)
def test_r16_the_longest_answers_fit(words: Words) -> None:
    long = session(1, at(13), topic=TOPIC, host_name=HOST)
    texts = [
        hosted(words, Hosted(long, cut, again=True, shortened=True), {}, 5, NOON) for cut in ("own", "full")
    ]
    texts += [joined(words, Joined(long, changed=True), CHANNELS, 8), left(words, Joined(long, changed=True))]
    assert max(map(len, texts)) <= 2000


@pytest.mark.parametrize("words", BOTH, ids=both)
def test_c9_r5_what_a_guest_has_at_the_same_time_is_said_in_few_lines(words: Words) -> None:
    theirs = session(2, at(12.5), topic="*Mine*", host_id=8)
    others = (theirs, *(session(n, at(13), topic=TOPIC, host_name=HOST) for n in range(3, 9)))
    lines = joined(words, Joined(BOOKED, changed=True, overlaps=others), {}, 8).splitlines()
    assert len(lines) == 2 + 3
    assert lines[2] == words(
        "overlaps-own", topic=r"\*Mine\*", start="<t:1767241800:t>", end="<t:1767245400:t>"
    )
    assert all("<t:1767243600:t>" in line for line in lines[3:])
    again = reminded(words, Reminded(BOOKED, changed=True, joined=True, overlaps=(theirs,)), 10, NOON, 8)
    assert again.splitlines()[-1] == lines[2]
