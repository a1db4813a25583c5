"""The words: both catalogues whole, every key in use, nothing that people read outside of them."""

from __future__ import annotations

import re
import string
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from importlib import resources
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from babel import Locale
from babel.dates import format_skeleton, get_timezone_location

from bot.config import Server
from bot.config_kinds import What, kind_of
from bot.domain.misfits import Why
from bot.domain.models import State
from bot.domain.notices import NoticeKind
from bot.domain.records import Kind
from bot.domain.reports import Deed
from bot.domain.trail import ACTIONS, About
from bot.permissions import NEEDED, WANTED
from bot.service import Show, Step
from bot.service.privacy import KINDS
from bot.service.settings import Source, every_setting
from bot.ui import exports
from bot.ui.choices import SHOWN
from bot.ui.cleanup import SORTS
from bot.ui.trail import CHANGES, DONE, TECHNICAL
from bot.ui.words import Words, words_for
from tests.ui.catalogue import LANGUAGES, catalogue, forms, key, messages
from tests.ui.samples import BOTH, CHINESE, ENGLISH, NOON, both, slot
from tests.ui.scan import Use, sources, template_uses, template_words, templates, untranslated, uses

FIELDS = (
    "topic",
    "when",
    "other",
    "minutes",
    "description",
    "seats",
    "cohosts",
    "handover",
    "reason",
    "announcement",
    "boardhours",
    "report",
    "why",
    "hours",
    "answer",
    "person",
    "told",
    "opens",
    "closes",
    "name",
    "chinese",
    "server",
    "lost",
    "takeaway",
)
SETUP_STEPS = [step.name.lower() for step in Step]
SETUP_FIELDS = (
    "name",
    "city",
    "hours",
    "limit",
    "language",
    "organizers",
    "audience",
    "told",
    "conduct",
    "notes",
)
SETTINGS = [key.replace(".", "-").replace("_", "-") for key in every_setting()]
CHOICES = [choice for field in every_setting().values() for choice in kind_of(field).choices]
CUTS = ("window", "own", "full")
EXPANSIONS: dict[str, Iterable[str]] = {
    "permission-{}": [name for name, needed in NEEDED if needed],
    "problem-{}": (
        "permissions",
        "guild-full",
        "guild-nearly-full",
        "many-channels",
        "no-channels",
        "denied",
        "denied-somewhere",
        "words",
        "given-up",
        "deleted",
        "fault",
        "log-channel",
        "pins",
        "events",
        "own-words",
        "moves",
    ),
    "{}-topic": ("board", "news"),
    "form-{}": FIELDS,
    "form-{}-example": (
        "topic",
        "when",
        "other",
        "description",
        "seats",
        "reason",
        "announcement",
        "boardhours",
        "takeaway",
        "report",
        "why",
        "answer",
        "told",
        "opens",
        "closes",
        "name",
        "chinese",
        "server",
        "lost",
        "takeaway",
    ),
    "button-{}": (
        *("takeover", "share"),
        "edit",
        "cancel",
        "extend",
        "end",
        "cohosts",
        "handover",
        "remind",
        "forget",
        "windows",
        "settings",
    ),
    "panel-{}": State,
    "asked-{}": ("offer", "cohost", "declined"),
    "asks-{}": [
        f"{kind}{by}"
        for kind in (NoticeKind.OFFER, NoticeKind.COHOST)
        for by in ("", "-by-host", "-by-cohost")
    ],
    "told-{}": (NoticeKind.SEAT, NoticeKind.WAITING, NoticeKind.FOUND),
    "answered-{}": ("taken", "shared", "declined", "late"),
    "case-state-{}": ("on", "ahead", "over"),
    "case-act-{}": Deed,
    "case-done-{}": [deed for deed in Deed if deed is not Deed.REOPENED],
    "hosted-cut-{}": CUTS,
    "card-{}": (State.ENDED, State.CANCELLED, State.RELEASED),
    "entry-{}": (State.ENDED, State.CANCELLED, State.RELEASED),
    "idea-{}": ("up", "up-already", "metoo", "notme", "dropped"),
    "list-{}": Show,
    "list-empty-{}": Show,
    "show-{}": SHOWN,
    "export-{}": exports.What,
    "report-{}": ("held", "hours", "hosts", "joiners", "visitors", "peak"),
    "report-aside-{}": ("running", "to-come", "cancelled", "released"),
    "report-n-{}": ("held", "hosts", "joiners", "visitors"),
    "format-{}": exports.Form,
    "audit-{}": (*ACTIONS, "cohosts-none", *TECHNICAL),
    "audit-notice-{}": NoticeKind,
    "audit-did-{}": DONE,
    "audit-changed-{}": CHANGES,
    "trail-about-{}": About,
    "stored-{}": KINDS,
    "made-some-{}": SORTS,
    "made-{}": [kind for kind in Kind if kind is not Kind.EVENT] + ["event-thing"],
    "setup-step-{}": SETUP_STEPS,
    "setup-form-{}": SETUP_STEPS,
    "setup-field-{}": SETUP_FIELDS,
    "setup-field-{}-about": SETUP_FIELDS,
    "setup-wants-{}": [name for name, wanted in WANTED if wanted],
    "setting-{}": SETTINGS,
    "setting-{}-about": SETTINGS,
    "settings-{}": Server.model_fields,
    "source-{}": Source,
    "falls-back-{}": (Source.DEFAULT, Source.FILE),
    "reset-{}": (Source.DEFAULT, Source.FILE),
    "misfit-{}": Why,
    "allowed-{}": [what.value for what in What if what is not What.CHOICE],
    "value-{}": CHOICES,
    "unit-{}": ("minutes", "hours", "days"),
    "fault-{}": (
        "not-allowed",
        "missing",
        "too-small",
        "too-large",
        "too-long",
        "too-many",
        "empty",
        "entries",
        "no-entries",
        "zone",
        "zone-meant",
        "zone-several",
        "channel-name",
        "far",
        "more-than",
        "window-long",
        "closes-first",
        "clock-twice",
        "clock-skips",
        "overlap",
        "outside",
        "unknown",
        "no-channel",
        "silent-channel",
        "no-role",
        "everyone",
        "link-long",
        "link-address",
        "link-field",
        "link-sign",
        "slug",
        "invite",
        "origin",
    ),
    "refusal-{}": (),  # where one is put into words: its codes are written out where it is raised
}
"""What the `{}` of a key may be."""
LATER = {
    "refusal-edge-": {"text", "example"},
    "refusal-when-": {"text", "example"},
    "refusal-hours-": {"example", "date", "weekday"},
}
"""Fields that are added to a refusal on its way up."""

USES = [use for path in sources("bot", "cogs") for use in uses(path)]
USES += [use for path in templates() for use in template_uses(path)]


def expanded(use: Use) -> list[str]:
    if "{}" not in use.key:
        return [use.key]
    return [use.key.replace("{}", str(value)) for value in EXPANSIONS[use.key]]


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def test_both_catalogues_have_the_same_keys() -> None:
    assert list(messages("en")) == list(messages("zh-TW"))  # in the same order, so that both are found alike
    assert len(messages("en")) > 150


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_key_is_translated_once_and_surely(language: str) -> None:
    found = [message for message in catalogue(language) if message.id]
    assert [key(m) for m in found if m.fuzzy or not all(forms(m))] == []
    assert list(catalogue(language).obsolete) == []
    assert [
        key(m)
        for m in found
        if len(forms(m)) != (1 if isinstance(m.id, str) else catalogue(language).num_plurals)
    ] == []
    assert [key(m) for m in found if key(m) in forms(m)] == []  # else Words takes it for missing
    assert [
        key(m)
        for m in found
        if any(form != form.strip() for form in forms(m)) and key(m) not in {"choice-tail", "changed-was"}
    ] == []


def test_placeholders_are_the_same_in_both_languages_and_all_plurals() -> None:
    chinese = {key(m): m for m in catalogue("zh-TW") if m.id}
    for message in catalogue("en"):
        if message.id:
            expected = fields(forms(message)[-1])
            if key(message) == "guests-more":  # Chinese counts all, those who are named too
                continue
            assert all(re.fullmatch(r"[a-z]+", name) for name in expected), key(message)
            for form in forms(message) + forms(chinese[key(message)]):
                assert fields(form) == expected, key(message)


def test_chinese_is_chinese_as_taiwan_writes_it() -> None:
    english = messages("en")
    same = {k for k, text in messages("zh-TW").items() if text == english[k]}
    frames = {k for k in same if not re.search(r"[^\W\d_]", re.sub(r"\{\w+\}", "", english[k]))}
    assert same - frames == {"command-openspace", "command-admin"}  # the roots of the commands are names
    simplified = re.compile("[们这为开关时间话现场会议说设频发点还过进]")
    assert {k: text for k, text in messages("zh-TW").items() if simplified.search(text)} == {}


def test_every_key_that_the_code_uses_exists() -> None:
    unknown = {f"{use.where}: {k}" for use in USES for k in expanded(use) if k not in messages("en")}
    assert unknown == set()


def test_no_key_is_without_use() -> None:
    used = {k for use in USES for k in expanded(use)}
    assert messages("en").keys() - used == set()


def test_every_code_of_a_refusal_is_written_out_so_that_it_can_be_found() -> None:
    built = {use.where for use in USES if use.key.startswith("refusal-") and {"{", "?"} & set(use.key)}
    assert {where.split(":")[0] for where in built} == {"bot/ui/answer.py"}  # which puts any into words
    codes = {use.key for use in USES if use.key.startswith("refusal-")} - {"refusal-{}"}
    assert codes == {key for key in messages("en") if key.startswith("refusal-")}
    source = "".join(path.read_text(encoding="utf-8") for path in sources("bot", "cogs"))
    frames = {"offers", "choices", "choice"}
    alone = {key.removeprefix("refusal-") for key in codes} - frames
    assert {code for code in alone if f'"{code}"' not in source} == set()


def test_every_use_gives_the_fields_that_the_text_needs() -> None:
    missing = []
    for use in USES:
        if use.fields is None:
            continue
        given = use.fields.union(*(more for prefix, more in LATER.items() if use.key.startswith(prefix)))
        if use.key.startswith("refusal-"):  # of each instant there is how far ahead it is
            given |= {f"{name}{more}" for name in given for more in ("ahead", "clock")}
        missing += [(use.where, k) for k in expanded(use) if not fields(messages("en").get(k, "")) <= given]
    assert missing == []


@pytest.mark.parametrize(
    "path", sources("cogs", "bot/ui", "bot/desks", "bot/web"), ids=lambda path: path.stem
)
def test_nothing_that_people_read_stands_in_the_code(path: Path) -> None:
    assert list(untranslated(path)) == []


@pytest.mark.parametrize("path", templates(), ids=lambda path: path.name)
def test_no_page_speaks_but_by_the_catalogues(path: Path) -> None:
    assert template_words(path) == []


def test_the_scan_sees_what_it_is_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "cogs" / "bad.py"
    path.parent.mkdir()
    path.write_text(
        'class A(Enum):\n    x = "not for people"\n'
        'def f(words, channel, log):\n    """Docstrings may talk."""\n'
        '    log.info("logs may talk")\n    channel.send("Hello")\n    Button(label=f"Go {words(\'ok\')}")\n'
        '    x = "You may not"\n    y = "中"\n    raise ValueError("our own errors may")\n'
        '    words("fine", **x); words(f"a-{x}"); words.count("b", 3); Refusal("c", topic=1)\n'
    )
    monkeypatch.setattr("tests.ui.scan.ROOT", tmp_path)
    assert [found.split(": ")[1] for found in untranslated(path)] == [
        "'Hello'",
        "'Go '",
        "'You may not'",
        "'中'",
    ]
    assert [(use.key, use.fields) for use in uses(path)] == [
        ("ok", frozenset()),
        ("fine", None),
        ("a-{}", frozenset()),
        ("b", frozenset({"n"})),
        ("refusal-c", frozenset({"topic"})),
    ]


def test_a_missing_key_is_an_error_and_never_shown() -> None:
    with pytest.raises(KeyError):
        ENGLISH("no-such-key")
    with pytest.raises(KeyError):
        CHINESE.count("no-such-key", 2)
    with pytest.raises(KeyError):
        ENGLISH("hosted-now", topic="x")


def test_strangers_words_are_not_filled_again() -> None:
    assert ENGLISH("entry-topic", topic="{host} {0} %s") == "**{host} {0} %s**"


@pytest.mark.parametrize(("n", "english"), [(0, "0 sessions"), (1, "1 session"), (2, "2 sessions")])
def test_numbers_take_the_right_form(n: int, english: str) -> None:
    assert ENGLISH.count("list-count", n) == english
    assert CHINESE.count("list-count", n) == f"{n} 場"


@pytest.mark.parametrize(
    ("locale", "language"),
    [("en-US", "en"), ("en-GB", "en"), ("zh-TW", "zh-TW"), ("zh-CN", "zh-TW"), ("ja", "en"), ("", "en")],
)
def test_the_language_is_the_readers_or_english(locale: str, language: str) -> None:
    assert words_for(locale).language == language


def test_days_and_spans_are_written_as_people_there_do() -> None:
    assert ENGLISH.day(date(2026, 1, 2)) == "Fri, Jan 2"
    assert CHINESE.day(date(2026, 1, 2)) == "1月2日 週五"
    assert ENGLISH.span(slot(NOON)) == "Thu, Jan 1 12:00–13:00"


@pytest.mark.parametrize("words", BOTH, ids=both)
def test_every_day_of_a_year_is_written_as_unicode_has_it(words: Words) -> None:
    locale = Locale.parse(words.language, sep="-")
    days = [datetime(2026, 1, 1) + timedelta(days=n) for n in range(365)]  # noqa: DTZ001 - dates, no instants
    assert [words.day(day) for day in days] == [format_skeleton("MMMEd", day, locale=locale) for day in days]


@pytest.mark.parametrize("words", BOTH, ids=both)
def test_every_zone_has_its_city_as_unicode_has_it(words: Words) -> None:
    locale = Locale.parse(words.language, sep="-")
    zones = [ZoneInfo(name) for name in resources.files("tzdata").joinpath("zones").read_text().split()]
    cities = [get_timezone_location(zone, locale=locale, return_city=True) for zone in zones]
    assert [words.city(zone) for zone in zones] == [city.rpartition("/")[2] for city in cities]
    assert words.city(UTC) == "UTC"


@pytest.mark.parametrize("words", BOTH, ids=both)
def test_labels_of_buttons_and_fields_fit(words: Words) -> None:
    for name, longest in (("button-", 80), ("form-title", 45), ("show-", 100), ("when-now", 100)):
        for k in messages(words.language):
            if k.startswith(name) and k not in {"button-unknown", "button-choice"}:
                assert 1 <= len(words(k)) <= longest
    for name in FIELDS:
        assert 1 <= len(words(f"form-{name}")) <= 45
        assert len(messages(words.language).get(f"form-{name}-example", "")) <= 100
