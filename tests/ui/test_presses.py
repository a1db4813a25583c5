"""Buttons: what they do stands in their custom_id."""

from __future__ import annotations

from typing import Any

import discord
import pytest

from bot.domain.refusal import Refusal
from bot.ui.presses import Press, host_press, join_press, leave_press, refusal_buttons, row
from bot.ui.words import Words
from tests.ui.samples import (
    BOTH,
    CHINESE,
    ENGLISH,
    HOST,
    NOON,
    TOPIC,
    at,
    both,
    ids,
    labels,
    parts,
    session,
    slot,
)

PATTERN = Press.__discord_ui_compiled_template__


def test_a_button_is_rebuilt_from_its_custom_id() -> None:
    for args in ([], ["17"], ["17", "", "-1"], [2**63 - 1, 2**40, 1440]):
        press = Press("take", *args, label="x")
        match = PATTERN.fullmatch(press.custom_id)
        assert match
        assert match["action"] == "take"
        assert match["args"].split(":")[1:] == [str(a) for a in args]
        assert len(press.custom_id) <= 100


@pytest.mark.parametrize("custom_id", ["openspace", "openspace:", "openspace:join:<1>", "other:join:1"])
def test_what_is_not_ours_is_left_alone(custom_id: str) -> None:
    assert PATTERN.fullmatch(custom_id) is None


async def test_a_row_never_times_out() -> None:
    view = row(host_press(ENGLISH), join_press(ENGLISH, session(3)), leave_press(CHINESE, session(4)))
    assert view.timeout is None
    assert ids(view) == ["openspace:host", "openspace:join:3", "openspace:leave:4"]
    assert labels(view) == ["Host one", "Join", "退出"]


async def test_r6_a_refusal_offers_one_click_each_and_the_form() -> None:
    refusal = Refusal("full", offers=(slot(NOON), slot(at(13, 2), minutes=15)), limit=1, draft=9)
    view = refusal_buttons(ENGLISH, refusal, "join")
    assert ids(view) == [
        "openspace:take:9:1767240000:60",
        "openspace:take:9:1767330000:15",
        "openspace:form:9",
    ]
    assert labels(view) == ["Thu, Jan 1 12:00–13:00", "Fri, Jan 2 13:00–13:15", "Change…"]


async def test_a_refusal_without_a_way_on_has_no_buttons() -> None:
    assert refusal_buttons(ENGLISH, Refusal("over", offers=(slot(NOON),)), "join") is None


@pytest.mark.parametrize("action", ["join", "leave"])
async def test_sessions_of_one_name_can_be_told_apart(action: str) -> None:
    refusal = Refusal("which-session", text="git", choices=(session(3, topic="Git"), session(4, topic="Git")))
    view = refusal_buttons(ENGLISH, refusal, action)
    assert ids(view) == [f"openspace:{action}:3", f"openspace:{action}:4"]
    assert labels(view) == ["1 · Git", "2 · Git"]


@pytest.mark.parametrize("words", BOTH, ids=both)
async def test_r16_labels_fit(words: Words) -> None:
    choices = tuple(
        session(10**18, topic=topic, host_name=HOST) for topic in (TOPIC, "👩‍🚀" * 33, "e\u0301" * 50)
    )
    offers, most = (slot(at(14.5, 2), minutes=1440),) * 3, 2**63 - 1
    refusal = Refusal("which-session", text=TOPIC, choices=choices, offers=offers, draft=most, session=most)
    view = refusal_buttons(words, refusal, "leave")
    assert len(labels(view)) == 7
    assert all(1 <= len(label) <= 80 for label in labels(view))
    assert labels(view)[1].endswith("👩‍🚀…")  # never cut inside a letter
    assert all(len(i) <= 100 for i in ids(view))


async def test_a_disabled_button_stays_disabled() -> None:
    view = row(Press("list", "all", "", 0, label="Back", disabled=True))
    assert [p["disabled"] for p in parts(view) if p["type"] == 2] == [True]


class Clicked:
    """Which handler a click reached, with what."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, tuple[str, ...]]] = []

    async def one(self, _interaction: object, session: str) -> None:
        self.calls.append(("one", (session,)))

    async def unknown(self, _interaction: object, *args: str) -> None:
        self.calls.append(("unknown", args))


@pytest.mark.parametrize(
    ("action", "args", "expected"),
    [
        ("one", ("3",), ("one", ("3",))),
        ("one", (), ("unknown", ())),  # another version knew it with other arguments
        ("one", ("3", "4"), ("unknown", ("3", "4"))),
        ("two", ("3",), ("unknown", ("3",))),
    ],
)
async def test_a_click_reaches_its_handler_or_the_one_for_the_unknown(
    action: str, args: tuple[str, ...], expected: tuple[str, tuple[str, ...]]
) -> None:
    clicked = Clicked()
    client: Any = discord.utils.MISSING
    client = type("Client", (), {"presses": {"one": clicked.one, "unknown": clicked.unknown}})()
    interaction: Any = type("Interaction", (), {"client": client})()
    await Press(action, *args, label="x").callback(interaction)
    assert clicked.calls == [expected]
