"""The list for one reader: which sessions, on which page, with a button for each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

import discord

from bot.domain.models import State
from bot.domain.names import clean_line, escape
from bot.domain.programme import Programme
from bot.domain.records import Kind
from bot.service import Card
from bot.ui.guests import seats, waiting
from bot.ui.presses import Press, host_press, join_press, leave_press
from bot.ui.words import Words, clock, moment

PAGE = 6
"""Sessions on a page: in the longest words they stay within 40 components and 4000 code points."""
ABOUT_LENGTH = 80


class Show(StrEnum):
    """What `/openspace list` may show."""

    NOW = "now"
    NEXT = "next"
    DAY = "day"
    ALL = "all"
    MINE = "mine"
    BOARD = "board"


@dataclass(frozen=True, slots=True)
class Asked:
    """What the reader asked for."""

    show: Show
    day: date | None = None
    page: int = 0


def choose(cards: Sequence[Card], asked: Asked, programme: Programme, now: datetime) -> list[Card]:
    """Return the cards that the reader asked for, in order of their start; theirs with what was cancelled."""
    if asked.show is not Show.MINE:
        cards = [c for c in cards if c.session.state is not State.CANCELLED]
    running = [c for c in cards if c.session.active and c.session.start <= now < c.session.end]
    coming = [c for c in cards if c.session.active and c.session.start > now]
    match asked.show:
        case Show.NOW:
            return running
        case Show.NEXT:
            return coming
        case Show.MINE:
            mine = [c for c in cards if c.manages or c.joined]
            ahead = [c for c in mine if c.session.active and c.session.end > now]
            return ahead + [c for c in reversed(mine) if c not in ahead]
        case Show.ALL:
            return list(cards)
        case Show.DAY:
            day = asked.day or current_day(programme, now)
            return [c for c in cards if programme.day_of(c.session.start) == day]
        case Show.BOARD:
            return running + coming


def current_day(programme: Programme, now: datetime) -> date:
    """Return today where it is a day of the conference, else the next one, else the last."""
    today, days = programme.day_of(now), programme.days()
    return next((day for day in days if day >= today), days[-1])


def layout(
    words: Words, cards: Sequence[Card], asked: Asked, programme: Programme, now: datetime
) -> discord.ui.LayoutView:
    """Return one page of the list, with a button for each session and for the other pages."""
    chosen = choose(cards, asked, programme, now)
    pages = max(1, -(-len(chosen) // PAGE))
    page = min(max(asked.page, 0), pages - 1)
    view = discord.ui.LayoutView(timeout=None)
    view.add_item(discord.ui.TextDisplay(_heading(words, asked, len(chosen), programme, now)))
    if not chosen:
        view.add_item(discord.ui.TextDisplay(words(f"list-empty-{asked.show}")))
    for card in chosen[page * PAGE : (page + 1) * PAGE]:
        text = entry(words, card, programme, now)
        press = _press(words, card, asked.show, now)
        if press:
            view.add_item(discord.ui.Section(text, accessory=press))
        else:
            view.add_item(discord.ui.TextDisplay(text))
    view.add_item(discord.ui.ActionRow(*_navigation(words, asked, page, pages)))
    return view


def entry(words: Words, card: Card, programme: Programme, now: datetime) -> str:
    """Return one session in two or three short lines."""
    session = card.session
    # Clock times alone are enough today; another day needs its date.
    same_day = programme.day_of(session.start) == programme.day_of(now)
    start = clock(session.start) if same_day else moment(session.start)
    facts = [
        words("entry-time", start=start, end=clock(session.end)),
        words("entry-host", host=escape(session.host_name)),
    ]
    facts += seats(words, session, card.people) + waiting(words, session, card.people)
    if card.people and session.seats is None:
        facts.append(words.count("entry-people", card.people))
    if Kind.VOICE in card.channels and session.active:
        facts.append(f"<#{card.channels[Kind.VOICE]}>")
    if not session.active or session.end <= now:
        facts.append(words(f"entry-{State.ENDED if session.active else session.state}"))
    is_on = session.active and session.start <= now < session.end
    lines = [words("entry-on" if is_on else "entry-topic", topic=escape(session.topic)), " · ".join(facts)]
    if session.description:
        lines.insert(1, "-# " + escape(clean_line(session.description, ABOUT_LENGTH)))
    return "\n".join(lines)


def _press(words: Words, card: Card, show: Show, now: datetime) -> Press | None:
    """Return what the reader may do most with a session; what is over can be looked at among one's own."""
    if not card.session.active or card.session.end <= now:
        over = Press("session", card.session.id, label=words("button-details"))
        return over if show is Show.MINE else None
    if card.manages:
        return Press("session", card.session.id, label=words("button-manage"))
    return leave_press(words, card.session) if card.joined else join_press(words, card.session)


def _heading(words: Words, asked: Asked, count: int, programme: Programme, now: datetime) -> str:
    day = words.day(asked.day or current_day(programme, now))
    heading = words(f"list-{asked.show}", day=day)
    highlight = programme.highlight_at(now)
    if highlight and asked.show in {Show.NOW, Show.BOARD}:
        name = escape(highlight.name)
        return heading + "\n" + words("list-highlight", name=name, until=clock(highlight.end))
    return heading + (f" · {words.count('list-count', count)}" if count else "")


def _navigation(words: Words, asked: Asked, page: int, pages: int) -> list[Press]:
    presses = [host_press(words)]
    if pages > 1:
        day = asked.day.isoformat() if asked.day else ""
        back = Press("list", asked.show, day, page - 1, label=words("button-back"), disabled=page == 0)
        more = Press(
            "list", asked.show, day, page + 1, label=words("button-more"), disabled=page == pages - 1
        )
        presses += [back, more]
    return presses
