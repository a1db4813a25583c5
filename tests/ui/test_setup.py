"""The panel and the forms of the set-up fit Discord, whatever stands in them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import discord
import pytest

from bot.config import Server, parse_server
from bot.domain.hours import Fault, Opening, Span, read_hours, write_hours
from bot.domain.refusal import Refusal
from bot.service import Draft, Rules, Stand, Step
from bot.service.rulebook import rules_of
from bot.service.settings import Setting, Source
from bot.ui.hours import faults_text, openings_text, skipped_text
from bot.ui.setup import Aside, asked, panel, preview
from bot.ui.setup_forms import step_form
from bot.ui.words import Words
from tests.ui.samples import BOTH, ENGLISH, both, labels, parts, texts

NOW = datetime(2026, 6, 1, 4, tzinfo=UTC)
TAIPEI = ZoneInfo("Asia/Taipei")
LONG = "~" * 100


def openings(count: int, highlights: int, name: str = LONG) -> list[Opening]:
    first = datetime(2026, 7, 1, 8)  # noqa: DTZ001 - local times
    made = []
    for day in range(count):
        opens = first + timedelta(days=day)
        spans = tuple(
            Span(name, opens + timedelta(minutes=n), opens + timedelta(minutes=n + 1))
            for n in range(highlights)
        )
        made.append(Opening(name, opens, opens + timedelta(hours=9), spans))
    return made


def stand(windows: list[Opening], *, live: bool = False, longest: bool = True) -> Stand:
    """A server of the longest values that the settings take."""
    own: dict[str, object] = {
        "conference.name": "*" * 100 if longest else "Py",
        "conference.timezone": "America/Argentina/ComodRivadavia" if longest else "Asia/Taipei",
        "conference.windows": [each.entry() for each in windows],
        "conference.conduct": "_" * 200 if longest else "",
        "organizers.roles": [10**18 + n for n in range(100)] if longest else [],
        "channels.audience": [10**18 + n for n in range(100)] if longest else [],
        "channels.area": "*" * 90 if longest else "Open Space",
        "channels.organizers_channel": 10**18 if longest else 0,
    }
    data: dict[str, Any] = {}
    for key, value in own.items():
        section, _, name = key.partition(".")
        data.setdefault(section, {})[name] = value
    server = parse_server(data)
    rules = rules_of(server)
    rules = Rules(server, rules.programme, live, own)
    values = {
        f"{section}.{name}": getattr(getattr(server, section), name, None)
        for section in Server.model_fields
        for name in getattr(server, section).__class__.model_fields
    }
    return Stand(rules, {key: Setting(key, value, Source.SERVER) for key, value in values.items()})


def empty() -> Stand:
    server = Server()
    keys = ("conference.name", "conference.timezone", "conference.windows")
    values: dict[str, object] = dict.fromkeys(keys) | {
        "conference.parallel_limit": 10,
        "conference.language": "en",
        "conference.conduct": "",
        "organizers.roles": (),
        "channels.audience": (),
        "channels.organizers_channel": 0,
    }
    return Stand(
        rules_of(server), {key: Setting(key, value, Source.DEFAULT) for key, value in values.items()}
    )


def guild(held: int = 0, role: str = "_" * 100) -> Any:
    """A server in which the bot holds these permissions, and all that is asked for is there."""
    channel = SimpleNamespace(id=10**18)
    return SimpleNamespace(
        id=1,
        me=SimpleNamespace(guild_permissions=discord.Permissions(held), display_name="bot"),
        self_role=SimpleNamespace(name=role),
        public_updates_channel=channel,
        system_channel=None,
        get_channel=lambda number: channel if number else None,
        get_role=lambda number: SimpleNamespace(id=number),
    )


def asides(words: Words) -> Iterator[Aside]:
    yield Aside()
    faults = [
        Fault(
            "*" * 80,
            Refusal("hours-either-date", first=date(2026, 5, 9), second=date(2026, 9, 5), example="x" * 30),
        )
    ] * 9
    notice = faults_text(words, faults) + "\n" + skipped_text(words, ["_" * 80] * 9)
    zones = [f"America/{city}" for city in ("New_York", "Chicago", "Denver", "Phoenix")] * 6
    typed = {Step.PLACE: 10**9, Step.HOURS: 10**9}
    yield Aside(notice, zones, typed, 10**18)


@pytest.mark.parametrize("words", BOTH, ids=both)
@pytest.mark.parametrize("live", [False, True])
@pytest.mark.parametrize("windows", [[], openings(1, 1), openings(100, 100), openings(2, 0, "Day")])
def test_r16_in_the_longest_words_the_panel_fits(words: Words, live: bool, windows: list[Opening]) -> None:
    shown = [stand(windows, live=live)] if windows else [empty()]
    for each in shown:
        for aside in asides(words):
            view = panel(words, guild(), each, NOW, aside)
            assert sum(map(len, texts(view))) <= 4000
            assert all(texts(view))
            assert len(parts(view)) <= 40
            assert all(1 <= len(label) <= 80 for label in labels(view))
            keys = [part["custom_id"] for part in parts(view) if "custom_id" in part]
            assert len(set(keys)) == len(keys)
            assert max(map(len, keys)) <= 100
            for menu in (part for part in parts(view) if part["type"] == 3):
                assert len(menu["placeholder"]) <= 150
                assert all(len(option["label"]) <= 100 for option in menu["options"])


@pytest.mark.parametrize("words", BOTH, ids=both)
@pytest.mark.parametrize("step", Step)
@pytest.mark.parametrize("live", [False, True])
def test_r16_in_the_longest_words_each_form_fits(words: Words, step: Step, live: bool) -> None:
    typed = Draft(1, "*" * 400, "x" * 4000, "", None)
    for each in (stand(openings(3, 3), live=live), stand(openings(1, 0, "D"), live=live, longest=False)):
        for draft in (None, typed):
            if step is Step.PEOPLE and len(each.rules.server.organizers.roles) > 25:
                with pytest.raises(Refusal):
                    step_form(words, guild(), each, step, draft)
                continue
            made: Any = step_form(words, guild(), each, step, draft).to_dict()
            assert 1 <= len(made["title"]) <= 45
            assert len(made["custom_id"]) <= 100
            assert 1 <= len(made["components"]) <= 5
            for label in made["components"]:
                assert 1 <= len(label["label"]) <= 45
                assert 1 <= len(label["description"]) <= 100
                field = label["component"]
                assert len(field.get("placeholder") or "") <= (150 if field["type"] != 4 else 100)
                assert len(field.get("value") or "") <= field.get("max_length", 0) or field["type"] != 4
                assert len(field.get("options") or ()) <= 25
                assert len(field.get("default_values") or ()) <= 25


def test_hours_that_no_form_holds_are_changed_by_commands() -> None:
    with pytest.raises(Refusal) as caught:
        step_form(ENGLISH, guild(), stand(openings(100, 2)), Step.HOURS)
    assert caught.value.code == "setup-many-windows"


def test_hours_are_shown_by_the_conferences_clock_and_by_the_readers() -> None:
    made = read_hours("Day 1: 5 Sep 09:00-17:30\n5 Sep 20:00-02:00 Party", NOW, TAIPEI, str).windows
    assert openings_text(ENGLISH, made, TAIPEI).splitlines() == [
        "🕘 **Day 1** Sat, Sep 5, 2026 09:00–17:30",
        "-# for you <t:1788570000:f> to <t:1788600600:t>",
        "🕘 **Party** Sat, Sep 5, 2026 20:00–Sun, Sep 6 02:00",
        "-# for you <t:1788609600:f> to <t:1788631200:t>",
    ]
    assert write_hours(made) == "2026-09-05 09:00-17:30 Day 1\n2026-09-05 20:00-02:00 Party"


def test_a_weekday_that_does_not_fit_is_answered_with_the_right_one() -> None:
    faults = read_hours("Fri 5 Sep 09:00-17:30", NOW, TAIPEI, str).faults
    assert faults_text(ENGLISH, faults) == "- “Fri 5 Sep 09\\:00-17:30” — Sep 5, 2026 is a Saturday."
    assert "2026年9月5日是星期六" in faults_text(BOTH[1], faults)


@pytest.mark.parametrize("words", BOTH, ids=both)
def test_the_preview_has_no_button_that_works(words: Words) -> None:
    view = preview(words, words, stand(openings(2, 1, "Day"), longest=False), NOW)
    presses = [part for part in parts(view) if part["type"] == 2]
    assert presses
    assert all(part["disabled"] for part in presses)
    assert sum(map(len, texts(view))) <= 4000


@pytest.mark.parametrize("words", BOTH, ids=both)
def test_the_word_to_organizers_has_one_button(words: Words) -> None:
    text, view = asked(words)
    assert labels(view) == [words("button-setup")]
    assert len(text) <= 2000
