"""The list for one reader: which sessions, on which page, with a button for each."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import discord

from bot.domain.models import State, name_in
from bot.domain.names import clean_line, escape
from bot.domain.notes import notes_link
from bot.domain.programme import Programme
from bot.domain.records import Kind
from bot.service import Asked, Card, Page, Show
from bot.service.lists import current_day
from bot.ui.guests import host_name, seats, waiting
from bot.ui.presses import Press, host_press, join_press, leave_press, report_press
from bot.ui.tidings import paused
from bot.ui.words import Words, clock, moment, relative

PAGE = 6
"""Sessions on a page: in the longest words they stay within 40 components and 4000 code points."""
ABOUT_LENGTH = 80
TEXTS_LENGTH = 4000
"""Code points that all texts of a layout have together."""


def layout(
    words: Words,
    page: Page,
    asked: Asked,
    programme: Programme,
    now: datetime,
    *,
    pause: str | None = None,
    said: str = "",
) -> discord.ui.LayoutView:
    """Return one page of the list, with a button for each session and for the other pages.

    `pause` is why no new sessions are taken; `said`, what has just been done to one of them.
    """
    view = discord.ui.LayoutView(timeout=None)
    heading = _heading(words, asked, page.total, programme, now)
    heading = "\n".join(filter(None, [said, heading, *paused(words, pause)]))
    view.add_item(discord.ui.TextDisplay(heading))
    if not page.cards and (pause is None or asked.show is Show.MINE):
        view.add_item(discord.ui.TextDisplay(words(f"list-empty-{asked.show}")))
    texts = [entry(words, card, programme, now) for card in page.cards]
    links = _links(words, page.cards, programme, TEXTS_LENGTH - len(heading) - sum(map(len, texts)))
    for card, plain, link in zip(page.cards, texts, links, strict=True):
        view.add_item(discord.ui.TextDisplay(plain + link))
        press = _press(words, card, asked, now)
        report = report_press(words, card.session)
        view.add_item(discord.ui.ActionRow(*([press, report] if press else [report])))
    view.add_item(discord.ui.ActionRow(*_navigation(words, asked, page)))
    return view


def roomy(view: discord.ui.LayoutView) -> bool:
    """Whether all texts of a page are within Discord's limit, whatever was said on it."""
    return view.content_length() <= TEXTS_LENGTH


def entry(words: Words, card: Card, programme: Programme, now: datetime) -> str:
    """Return one session in two or three short lines."""
    session = card.session
    # Clock times alone are enough today; another day needs its date.
    same_day = programme.day_of(session.start) == programme.day_of(now)
    start = clock(session.start) if same_day else moment(session.start)
    facts = [
        words("entry-time", start=start, end=clock(session.over)),
        *([relative(session.start)] if same_day and session.start > now and session.active else []),
        words("entry-host", host=escape(host_name(words, session))),
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


def _links(words: Words, cards: Sequence[Card], programme: Programme, room: int) -> list[str]:
    """Return for each session the link to its notes, as long as there is room for links."""
    links = []
    for card in cards:
        address = notes_link(programme, card.session)
        link = " · " + words("entry-notes", link=address) if address else ""
        room -= len(link)
        links.append(link if room >= 0 else "")
    return links


def _press(words: Words, card: Card, asked: Asked, now: datetime) -> Press | None:
    """Return what the reader may do most with a session; what is over can be looked at among one's own."""
    if not card.session.active or card.session.end <= now:
        over = Press("session", card.session.id, label=words("button-details"))
        return over if asked.show is Show.MINE else None
    if card.manages:
        return Press("session", card.session.id, label=words("button-manage"))
    page = (asked.show, asked.day.isoformat() if asked.day else "", asked.page)
    return (leave_press if card.joined else join_press)(words, card.session, *page)


def _heading(words: Words, asked: Asked, count: int, programme: Programme, now: datetime) -> str:
    day = words.day(asked.day or current_day(programme, now))
    heading = words(f"list-{asked.show}", day=day)
    highlight = programme.highlight_at(now)
    if highlight and asked.show in {Show.NOW, Show.BOARD}:
        name = escape(name_in(words.language, highlight))
        return heading + "\n" + words("list-highlight", name=name, until=clock(highlight.end))
    return heading + (f" · {words.count('list-count', count)}" if count else "")


def _navigation(words: Words, asked: Asked, page: Page) -> list[Press]:
    presses = [host_press(words)]
    if page.pages > 1:
        day, number = asked.day.isoformat() if asked.day else "", page.number
        first, last = number == 0, number == page.pages - 1
        back = Press("list", asked.show, day, number - 1, label=words("button-back"), disabled=first)
        more = Press("list", asked.show, day, number + 1, label=words("button-more"), disabled=last)
        presses += [back, more]
    return presses
