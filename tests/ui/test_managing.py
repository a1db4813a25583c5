"""The panel, the forms and the answers behind a session's buttons: what they say, and Discord's limits."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bot.domain.models import State
from bot.service import Changed, Cohosts, Details, Draft, Offered, Person, Showing
from bot.ui.edit_form import UNREADABLE, cancel_form, cohosts_form, edit_form, handover_form, read_edit_form
from bot.ui.managing import ask_cancel, ask_end, ask_extend, changed, cohosts, prolonged
from bot.ui.panel import panel
from bot.ui.words import Words
from tests.ui.samples import (
    BOTH,
    CHANNELS,
    DESCRIPTION,
    ENGLISH,
    HOST,
    NOON,
    TOPIC,
    at,
    both,
    ids,
    labels,
    parts,
    programme,
    session,
    texts,
)

BOOKED = session(3, at(13), topic="*Git*", host_name="_ana_", seats=2)
OPEN = replace(BOOKED, start=at(11), end=at(13), state=State.OPEN, desk=4)
LONGEST = session(
    10**18,
    at(13),
    90,
    topic=TOPIC,
    host_name=HOST,
    description=DESCRIPTION,
    seats=98,
    state=State.OPEN,
    desk=25,
    why="*" * 500,
)
PEOPLE = tuple(Person(2**63 - n, HOST) for n in range(1, 501))
GUESTS = (Person(1, "bo"), Person(2, "cy"), Person(3, "dee"))


def details(held: Any = BOOKED, **fields: Any) -> Details:
    known: dict[str, Any] = {
        "showing": Showing(held, GUESTS, (Person(9, "eve"),), {}),
        "mine": False,
        "manages": False,
        "joined": False,
        "waiting": 0,
        "reminded": False,
    }
    return Details(**(known | fields))


async def test_the_panel_says_all_about_a_session() -> None:
    view = panel(ENGLISH, details(joined=True, waiting=1, reminded=True), NOON)
    assert texts(view)[0].splitlines() == [
        r"## \*Git\*",
        "🕘 <t:1767243600:f> to <t:1767247200:t>, <t:1767243600:R>",
        "📌 Booked",
        r"🎤 \_ana\_",
        "🤝 with eve",
        "🙋 2 of 2 seats · 1 waiting · bo, cy",
        "🪑 You're number 1 on the waiting list. I'll ping you if a seat frees up.",
        "⏰ You'll be reminded.",
    ]
    assert labels(view) == ["Don't remind me", "Leave", "Report", "What's on"]


@pytest.mark.parametrize(
    ("held", "fields", "expected"),
    [
        (BOOKED, {"manages": True, "mine": True}, ["edit", "cancel", "cohosts", "handover", "remind"]),
        (OPEN, {"manages": True, "mine": True}, ["extend", "end", "edit", "cohosts", "handover"]),
        (OPEN, {"manages": True}, ["extend", "end", "edit", "cohosts", "handover", "join"]),
        (BOOKED, {"joined": True}, ["remind", "leave"]),
        (OPEN, {}, ["join"]),
        (replace(BOOKED, start=at(11)), {}, ["join"]),  # its time has come and the keeper was not there yet
        (replace(OPEN, end=NOON), {"manages": True, "mine": True}, []),
        (replace(OPEN, state=State.ENDED), {"manages": True, "mine": True}, ["takeaway"]),
        (replace(OPEN, state=State.ENDED), {"joined": True}, []),
        (replace(OPEN, state=State.RELEASED), {"manages": True}, []),
    ],
)
async def test_the_panels_buttons_are_what_its_reader_may_do_now(
    held: Any, fields: dict[str, Any], expected: list[str]
) -> None:
    view = panel(ENGLISH, details(held, **fields), NOON)
    assert [custom_id.split(":")[1] for custom_id in ids(view)] == [*expected, "report", "list"]


@pytest.mark.parametrize("words", BOTH, ids=both)
async def test_r16_the_longest_panel_fits(words: Words) -> None:
    showing = Showing(LONGEST, PEOPLE, PEOPLE[:5], CHANNELS)
    view = panel(words, details(showing=showing, manages=True, joined=True, waiting=402), NOON)
    assert sum(map(len, texts(view))) <= 4000
    assert len(parts(view)) <= 40
    assert all(1 <= len(label) <= 80 for label in labels(view))
    assert all(len(custom_id) <= 100 for custom_id in ids(view))


@pytest.mark.parametrize("words", BOTH, ids=both)
@pytest.mark.parametrize("held", [BOOKED, OPEN, LONGEST, replace(LONGEST, state=State.BOOKED)])
async def test_the_forms_fit_discord(words: Words, held: Any) -> None:
    draft = Draft(7, "長" * 4000, "d\n" * 3000, "w" * 6000, 10**15, seats=UNREADABLE)
    forms = [
        edit_form(words, held, programme()),
        edit_form(words, held, programme(), draft),
        cohosts_form(words, held, PEOPLE[:5]),
        handover_form(words, held),
        cancel_form(words, held),
    ]
    for form in forms:
        sent = form.to_dict()
        assert 1 <= len(sent["title"]) <= 45
        assert len(sent["custom_id"]) <= 100
        assert 1 <= len(sent["components"]) <= 5
        for part in sent["components"]:
            assert 1 <= len(part["label"]) <= 45
            field = part["component"]
            assert len(field.get("value") or "") <= field.get("max_length", 4000)
            assert len(field.get("placeholder") or "") <= 100
            options = field.get("options", [])
            assert len(options) <= 25
            assert len({o["value"] for o in options}) == len(options)
            assert len([o for o in options if o["default"]]) <= 1


@pytest.mark.parametrize(
    ("typed", "expected"),
    [("", 0), ("0", 0), (" 8 ", 8), ("８", 8), ("-1", -1), ("x", -1), ("٣", -1), ("²", 2), ("1.5", -1)],
)
def test_seats_are_read_or_known_to_be_unreadable(typed: str, expected: int) -> None:
    sent = {"topic": "Git", "when": " 2026-01-01  13:00 ", "seats": typed, "description": ""}
    fields: list[Any] = [{"component": {"custom_id": name, "value": value}} for name, value in sent.items()]
    fields.append({"component": {"custom_id": "minutes", "values": ["same"]}})
    start = int(at(13).timestamp()) + 37  # what stood in the form has no seconds
    draft = read_edit_form(7, start, {"components": fields}, programme())
    assert draft == Draft(7, "Git", "", "", None, seats=expected)


def test_an_edit_says_what_it_changed_and_what_follows() -> None:
    after = replace(BOOKED, topic="New", seats=None, description="Words")
    change = Changed(BOOKED, replace(after, start=at(14), end=at(15)), told=True, renamed=at(12.1))
    change = replace(change, offered=Offered(after, Person(8, "_bo_"), new=True))
    assert changed(ENGLISH, change, NOON).splitlines() == [
        "✏️ **New** is updated.",
        r"🙋 \_bo\_ has been asked to host **New**. Nothing changes until they accept.",
        "🕘 <t:1767247200:f> to <t:1767250800:t>, <t:1767247200:R>",
        "📝 Words",
        "🪑 No limit of seats any more.",
        "Discord allows two new names in ten minutes: the channels' names follow at <t:1767240360:t>.",
        "Everyone who joined will be told.",
    ]
    now = changed(ENGLISH, Changed(BOOKED, replace(BOOKED, topic="New"), renamed=NOON), NOON)
    assert now.splitlines()[-1] == "The channels' names follow in a moment."
    opened = changed(ENGLISH, Changed(BOOKED, OPEN), NOON)
    assert "🟢 Desk 4 opens now, until <t:1767243600:t>." in opened


async def test_extending_offers_absolute_ends() -> None:
    _, view = ask_extend(ENGLISH, OPEN, [at(13.25), at(14)], programme())
    assert ids(view) == ["openspace:until:3:1767244500", "openspace:until:3:1767247200"]
    assert labels(view) == ["+15 min · 13:15", "+60 min · 14:00"]


@pytest.mark.parametrize("words", BOTH, ids=both)
async def test_r16_the_longest_answers_fit(words: Words) -> None:
    before = replace(LONGEST, topic="x", description="", seats=None, host_id=1, end=at(14))
    change = Changed(before, LONGEST, shortened=True, renamed=at(13), told=True)
    people = tuple(Person(n, HOST) for n in range(5))
    said = [
        changed(words, change, NOON),
        prolonged(words, change),
        cohosts(words, Cohosts(LONGEST, people, changed=True)),
        cohosts(words, Cohosts(LONGEST, people[:1], changed=True, asked=people[1:3], waiting=people[3:])),
        ask_end(words, LONGEST)[0],
        ask_cancel(words, LONGEST, 10**6)[0],
    ]
    assert max(map(len, said)) <= 2000
