"""What autocomplete offers, and what a choice means when its name comes back in place of its value.

Discord's clients send a choice's name at times (https://github.com/discord/discord-api-docs/issues/7206), so
whatever is shown here can be read again, in each language, also when time has passed since.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import cache, lru_cache
from itertools import islice

from discord import app_commands

from bot.domain.booking import MINUTE, Wish
from bot.domain.capacity import FreeStarts, Slot
from bot.domain.days import read_day
from bot.domain.models import Period, Session, name_in
from bot.domain.names import clean_line, fold, searchable
from bot.domain.programme import Programme
from bot.domain.refusal import Refusal
from bot.domain.when import read_when
from bot.service import Show
from bot.service.finding import Named, Sought
from bot.ui.guests import host_name
from bot.ui.words import LANGUAGES, Words, words_for

OPTIONS = 25
"""Choices of an autocomplete, and options of a menu: Discord's limit."""
CHOICE_LENGTH = 100
"""Code points in the name and in the value of a choice: Discord's limit."""
SEARCHED = 100
"""Free starts, of the best, whose labels are searched for words that are no time."""
HOST_SHOWN = 20
"""Code points of a host's name in the choice of a session."""

Choices = list[app_commands.Choice[str]]


def every_language() -> Iterator[Words]:
    """Yield the words of each language that we speak."""
    return map(words_for, LANGUAGES)


# -------------------------------------------------------------------- sessions


def sought(typed: str, programme: Programme) -> Sought:
    """Return what somebody means who types where sessions are offered."""
    is_name = any(_reads(words, "choice-tail", _without_number(typed)[0]) for words in every_language())
    named: Named = lambda name, sessions: named_sessions(name, sessions, programme)  # noqa: E731
    return Sought(OPTIONS, _words_of(typed), typed if is_name else "", named)


def session_choices(words: Words, found: Sequence[Session], programme: Programme, now: datetime) -> Choices:
    """Return sessions as choices, no two of which have the same name."""
    names = [session_label(words, session, programme, now) for session in found[:OPTIONS]]
    choices = []
    for name, session in zip(names, found, strict=False):
        number = f" #{session.id}" if names.count(name) > 1 else ""
        told_apart = session_label(words, session, programme, now, number)
        choices.append(app_commands.Choice(name=told_apart, value=str(session.id)))
    return choices


def session_label(
    words: Words, session: Session, programme: Programme, now: datetime, number: str = ""
) -> str:
    """Return a session for a choice: what of the topic fits, who hosts it, and when, then a number."""
    start = programme.local(session.start)
    clock = (
        f"{start:%H:%M}" if programme.day_of(session.start) == programme.day_of(now) else words.start(start)
    )
    host = clean_line(host_name(words, session), HOST_SHOWN)
    tail = words("choice-tail", host=host, start=clock, clock=words.clock_of(programme.zone)) + number
    return clean_line(session.topic, CHOICE_LENGTH - len(tail)) + tail


def named_sessions(typed: str, sessions: Sequence[Session], programme: Programme) -> list[Session]:
    """Return the sessions whose choice has this name, as it is or as it was before they moved."""
    name, number = _without_number(typed)
    read = [said for words in every_language() if (said := _reads(words, "choice-tail", name))]
    if not read:
        return []  # words are no name: nobody waits until all names are made
    found = [s for s in sessions if fold(name) in _labels(s, programme)]
    for said in read if not found else ():
        found = [s for s in sessions if _same(said["before"], s.topic) and _same(said["host"], s.host_name)]
        if found:
            break
    numbered = [s for s in found if str(s.id) == number]
    return numbered or found


def _without_number(typed: str) -> tuple[str, str]:
    """Return a choice's name and the number that told it apart, if any did."""
    name, _, number = typed.rpartition(" #") if re.search(r" #[0-9]{1,18}$", typed) else (typed, "", "")
    return name, number


@lru_cache(maxsize=4096)
def _labels(session: Session, programme: Programme) -> frozenset[str]:
    """Return all names that a session's choice may have had, by language and by day."""
    days = (session.start, programme.windows[0].start, programme.windows[-1].start)
    labels = (session_label(words, session, programme, day) for words in every_language() for day in days)
    return frozenset(map(fold, labels))


def _same(shown: str, whole: str) -> bool:
    """Whether words are what a label has room for of the whole."""
    return fold(shown) == fold(clean_line(whole, max(len(shown), 1)))


def _words_of(typed: str) -> str:
    """Return what was typed without the tail of a choice's name, so that a name finds itself."""
    for words in every_language():
        said = _reads(words, "choice-tail", typed)
        if said:
            return said["before"].removesuffix("…")
    return typed


# ----------------------------------------------------------------------- times


def slot_label(words: Words, slot: Slot, span: str | None = None) -> str:
    """Return a slot for a menu: time, free desks, highlight."""
    label = words.count("slot", slot.free, span=span or words.span(slot))
    label += f" · {name_in(words.language, slot.highlight)}" if slot.highlight else ""
    return label if len(label) <= CHOICE_LENGTH else clean_line(label, CHOICE_LENGTH)


def when_value(slot: Slot) -> str:
    """Return a slot's start in a form that `when` reads whatever the zone does on that day."""
    return f"<t:{int(slot.start.timestamp())}>"


def when_choices(
    words: Words, starts: FreeStarts, typed: str, programme: Programme, now: datetime
) -> Choices:
    """Return what autocomplete offers for `when`, each with whose clock it is.

    Nothing typed: now, while a window is open, and the free starts, the highlight first. A time that is
    understood: it itself where it lies in a window, then the free starts nearest to it; so also for words
    that are understood in part, such as a day. Anything else: those whose label holds it.
    """
    times = _times(words, starts, named_when(typed, programme), programme, now)
    return [app_commands.Choice(name=name, value=value) for name, value in islice(times, OPTIONS)]


def _times(
    words: Words, starts: FreeStarts, typed: str, programme: Programme, now: datetime
) -> Iterator[tuple[str, str]]:
    is_open = programme.window_at(now) is not None
    slots: Sequence[Slot] = ()
    try:
        wish = read_when(typed, now, programme)
    except Refusal as refusal:
        if refusal.near:
            slots = starts.near(refusal.near, OPTIONS)
        else:
            wanted = searchable(typed)
            slots = [s for s in starts.by_interest(SEARCHED) if wanted in searchable(slot_label(words, s))]
    else:
        if wish.start <= now and wish.minutes is None:
            slots = starts.by_interest(OPTIONS)
            if is_open and starts.now:
                yield words("when-now"), "now"
        else:
            slots = starts.near(wish.start, OPTIONS)
            if _is_another(wish, slots, starts, programme):
                yield _said(words, wish, programme), " ".join(typed.split())
    clock = words.clock_of(programme.zone)
    for slot in slots:
        yield slot_label(words, slot, f"{words.span(slot)} · {clock}"), when_value(slot)


def _is_another(wish: Wish, slots: Sequence[Slot], starts: FreeStarts, programme: Programme) -> bool:
    """Whether what was typed fits a window and is none of the slots."""
    length = starts.length if wish.minutes is None else wish.minutes * MINUTE
    inside = programme.window_of(Period(wish.start, wish.start + length))
    return inside is not None and (
        wish.minutes is not None or all(slot.start != wish.start for slot in slots)
    )


def _said(words: Words, wish: Wish, programme: Programme) -> str:
    """Return in full how a typed time is understood; it can be typed again."""
    start = programme.local(wish.start)
    end = start + wish.minutes * MINUTE if wish.minutes else None
    text = words.span(Slot(start, end, 0)) if end else words.start(start)
    return f"{text} · {words.clock_of(programme.zone)}"


def named_when(typed: str, programme: Programme) -> str:
    """Return the time that a choice's name says, without how long it is and what else it shows.

    Anything else is returned as it is, and so is the full form of a time that was typed.
    """
    for words in every_language():
        tail = f" · {words.clock_of(programme.zone)}"
        span, shown, rest = typed.partition(tail)
        if shown and not rest:
            return span
        free = rest.removeprefix(" · ").partition(" · ")[0]
        if shown and _reads(words, "slot", f"{span} · {free}") and (said := _reads(words, "span", span)):
            return said["start"]
    return typed


# ------------------------------------------------------------------------ days


def day_choices(words: Words, typed: str, programme: Programme, now: datetime) -> Choices:
    """Return the days of the conference: the one that is meant, else those whose label holds the text."""
    days = list(enumerate(programme.days(), start=1))
    try:
        meant = read_day(typed, now, programme) if typed.strip() else None
    except Refusal:
        meant = None
    labels = [(words("day", number=number, date=words.day(day)), day) for number, day in days]
    return [
        app_commands.Choice(name=label, value=day.isoformat())
        for label, day in labels
        if day == meant or (meant is None and searchable(typed) in searchable(label))
    ][:OPTIONS]


SHOWN = (Show.NOW, Show.NEXT, Show.DAY, Show.ALL, Show.MINE)
"""What `list show:` offers."""


def read_show(typed: str) -> Show:
    """Return what a list is to show, by its value or by the name that a reader of any language sees."""
    names = {fold(words(f"show-{show}")): show for words in every_language() for show in SHOWN}
    return names.get(fold(typed)) or Show(typed)


# --------------------------------------------------------------------- reading


def _reads(words: Words, key: str, text: str) -> re.Match[str] | None:
    """Return the fields of a text made of this one of the catalogue; `before` is what stands before it.

    What is longer than any choice's name is none: trying all its parts could take seconds.
    """
    if len(text) > CHOICE_LENGTH:
        return None
    matches = (pattern.fullmatch(text) for pattern in _patterns(words, key))
    return next(filter(None, matches), None)


@cache
def _patterns(words: Words, key: str) -> tuple[re.Pattern[str], ...]:
    made = []
    for form in words.forms(key):
        pieces = re.split(r"\{(\w+)\}", form)
        fields = [
            (f"(?P<{each}>[0-9]+)" if each == "n" else f"(?P<{each}>.+)") if odd % 2 else re.escape(each)
            for odd, each in enumerate(pieces)
        ]
        made.append(re.compile("(?P<before>.*?)" + "".join(fields)))
    return tuple(made)
