"""The audit trail in words: each action that the code writes has a sentence, and every page fits."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bot.domain.models import State
from bot.domain.notices import NoticeKind
from bot.domain.trail import ACTIONS, About, about_of, people_of
from bot.service.trail import Entry, Lines, TrailPage
from bot.ui import trail
from bot.ui.words import Words
from tests.ui.samples import BOTH, ENGLISH, both
from tests.ui.scan import ROOT, sources

AT = datetime(2026, 1, 1, 8, 0, tzinfo=UTC)
ANA, BEN = 100_000_000_000_000_001, 100_000_000_000_000_002
CASES = ("ended", "cancelled", "blocked", "dismissed", "answered", "reopened")
COMPUTED = {
    "bot/service/exports.py": {"report-posted", "picture-posted"},
    "bot/service/deskbook.py": {f"notice-{kind}" for kind in NoticeKind}
    | {f"{thing}-{did}" for thing in trail.THINGS for did in trail.DONE}
    | {"notice-dropped", "words-refused"},
    "bot/service/states.py": {str(state) for state in State},
    "bot/service/ideas.py": {"idea", "me-too", "not-me", "idea-dropped"},
    "bot/service/changes.py": {"edit", "extend"},
    "bot/service/setup.py": {"setup-offered", "setup-not-offered"},
    "bot/service/hosts.py": {"host-gone", "host-back"},
    "bot/service/offers.py": {"offer", "offer-cohost", "offer-declined", "offer-cohost-declined"},
    "bot/service/cases.py": {f"case-{what}" for what in CASES},
}
"""What files that put an action together, or hand it on, may write."""


def entry(action: str, actor: int | None = ANA, reason: str = "", topic: str = "Git", **detail: Any) -> Entry:
    return Entry(AT, 7, actor, action, reason, detail, id=1, topic=topic)


def written(path: Path) -> Iterator[str | None]:
    """The actions that a file writes to the trail; None for one that is put together."""
    for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(call, ast.Call) and ast.unparse(call.func) == "ledger.record":
            action = call.args[2]
            either = [action.body, action.orelse] if isinstance(action, ast.IfExp) else [action]
            yield from (each.value if isinstance(each, ast.Constant) else None for each in either)  # type: ignore[misc]


def actions() -> set[str]:
    """Every action that any code of ours writes to the trail."""
    found: set[str] = {"problem", "problem-solved"}  # the ledger's own
    for path in sources("bot", "cogs"):
        name = str(path.relative_to(ROOT))
        for action in written(path):
            assert action or name in COMPUTED, f"{name} puts an action together: name it in COMPUTED"
            found |= {action} if action else COMPUTED[name]
    return found


def test_every_action_that_the_code_writes_has_words() -> None:
    written = actions() - {State.BOOKED, State.OPEN}
    assert len(written) > 40
    assert {a for a in written if "has no words" in trail.line(ENGLISH, entry(a))} == set()


def test_an_action_of_another_version_reads_as_something() -> None:
    assert "`some-thing`" in trail.line(ENGLISH, entry("some-thing"))
    assert about_of("some-thing") is About.TECHNICAL
    for words in BOTH:
        for action in (*ACTIONS, *trail.TECHNICAL):  # rows of an older version may lack any detail
            assert trail.line(words, entry(action, None, topic=""))


def test_people_are_mentioned_and_those_who_are_forgotten_have_no_name() -> None:
    assert f"<@{ANA}> joined **Git**" in trail.line(ENGLISH, entry("join"))
    assert "somebody forgotten joined **Git**" in trail.line(ENGLISH, entry("join", 0))
    assert "🤖 opened **Git** at desk 3" in trail.line(ENGLISH, entry("open", None, "time", desk=3))
    came = entry("came", None, people=[ANA, BEN])
    assert f"<@{ANA}>, <@{BEN}> came to **Git**" in trail.line(ENGLISH, came)
    assert "somebody came to" in trail.line(ENGLISH, entry("came", None, people=[]))
    edited = trail.line(ENGLISH, entry("edit", host_id=[ANA, BEN], start=[str(AT), str(AT)]))
    assert edited.endswith(f"start: <t:{int(AT.timestamp())}:f>, host: <@{BEN}>")


def test_reasons_are_peoples_words_escaped_and_our_own_are_put_into_words() -> None:
    assert trail.line(ENGLISH, entry("cancelled", reason="*late* @everyone")).endswith(
        ": \\*late\\* @\u200beveryone"
    )
    assert trail.line(ENGLISH, entry("released", None, "no-show")).endswith(": nobody came")
    assert trail.line(ENGLISH, entry("ended", None, "time")).endswith("**Git**")


def test_settings_are_shown_before_and_after() -> None:
    line = trail.line(ENGLISH, entry("settings", changed={"sessions.max_minutes": [None, 90]}))
    assert line.endswith("Longest session: default → 90")


LONG = "*" * 100
LONGEST = [
    entry("host", topic=LONG, start=str(AT)),
    entry("cancelled", reason="_" * 500, topic=LONG),
    entry(
        "edit",
        topic=LONG,
        reason="_" * 500,
        description=["", ""],
        seats=[None, 98],
        host_id=[ANA, BEN],
        start=[str(AT), str(AT)],
        end=[str(AT), str(AT)],
    ),
    entry("settings", changed={f"conference.parallel_limit{n}": [LONG, LONG] for n in range(9)}),
    entry("cohosts", topic=LONG, before=[], after=[ANA] * 5),
    entry("came", None, topic=LONG, people=[ANA] * 99),
    entry("turned-away", tried="x" * 500),
    entry("problem", None, code="y" * 500, problem="z" * 500),
    entry("channel-made", None, kind="voice", discord=ANA),
]


@pytest.mark.parametrize("words", BOTH, ids=both)
def test_every_page_fits(words: Words) -> None:
    for each in LONGEST:
        assert len(trail.line(words, each)) <= trail.LINE_LENGTH, trail.line(words, each)
        page = TrailPage([each] * trail.PAGE, newer=True, older=True)
        lines = Lines(2**62, 2**62, About.ORGANIZERS)
        view = trail.layout(words, page, lines)
        assert view.content_length() <= 4000
        for item in view.walk_children():
            assert len(getattr(item, "custom_id", "") or "") <= 100


def test_what_a_button_asks_for_is_read_back() -> None:
    for lines in (Lines(), Lines(3, 4, About.IDEAS), Lines(member=5)):
        assert trail.asked(trail._wanted(lines)) == lines


def test_a_line_names_whom_its_detail_names() -> None:
    assert people_of("join", ANA, {}) == {ANA}
    assert people_of("came", None, {"people": [ANA, BEN]}) == {ANA, BEN}
    assert people_of("edit", ANA, {"host_id": [ANA, BEN], "seats": [1, 2]}) == {ANA, BEN}
    assert people_of("cohosts", 0, {"before": [ANA], "after": []}) == {ANA}
    assert people_of("settings", None, {"before": [9], "flag": True}) == set()
