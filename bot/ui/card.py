"""The desk's card, pinned in its text channel: what this session is and what can be done with it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import discord

from bot.domain.models import Session, State
from bot.domain.names import clean_text, escape, escaped
from bot.domain.notes import notes_link
from bot.domain.programme import Programme
from bot.domain.records import Kind
from bot.service import Showing
from bot.ui.conduct import contact
from bot.ui.guests import mention, seats, some_names, waiting
from bot.ui.presses import Press, host_press, join_press, leave_press, report_press, takeaway_press
from bot.ui.words import Words, clock, moment

TEXTS_LENGTH = 4000
"""Code points of all texts of a message: https://docs.discord.com/developers/components/reference."""
ABOUT_LENGTH = 1500
"""Code points of the escaped description, at most; it has what all other texts leave of the message."""
NAMES = 20
"""Guests, and co-hosts, who are named at most."""
WHY_LENGTH = 400
"""Code points of the escaped reason for which a session was closed."""
TAKEAWAY_SHOWN = 600
"""Code points of the escaped takeaway: twice as long as it may be."""
GREEN, BLUE, GREY = 0x23A55A, 0x5865F2, 0x4E5058


def layout(words: Words, showing: Showing, programme: Programme, now: datetime) -> discord.ui.LayoutView:
    """Return the card; time alone changes it only at the session's start and end."""
    session = showing.session
    view = discord.ui.LayoutView(timeout=None)
    if not session.active or session.end <= now:
        past = [*_past(words, showing), *_notes(words, session, programme), *_conduct(words, programme)]
        text = "\n".join(past)
        view.add_item(_container(GREY, [_title(words, session, text), text]))
        closed = session.closed or session.end
        presses = [host_press(words)] if any(w.end > closed for w in programme.windows) else []
        presses += [takeaway_press(words, session)] if session.state is State.ENDED else []
        view.add_item(discord.ui.ActionRow(*presses, report_press(words, session)))
        return view
    is_on = session.start <= now
    facts = "\n".join(
        [
            *_facts(words, showing, is_on=is_on),
            *_notes(words, session, programme),
            *_conduct(words, programme),
        ]
    )
    powers = words("card-host" if is_on else "card-host-ahead")
    container = _container(GREEN if is_on else BLUE, [_title(words, session, facts + powers), facts])
    guest = (join_press(words, session), leave_press(words, session), report_press(words, session))
    container.add_item(discord.ui.ActionRow(*guest))
    container.add_item(discord.ui.Separator())
    container.add_item(discord.ui.TextDisplay(powers))
    container.add_item(discord.ui.ActionRow(*_powers(words, session, is_on=is_on)))
    view.add_item(container)
    return view


def _container(colour: int, texts: list[str]) -> discord.ui.Container[Any]:
    return discord.ui.Container(*map(discord.ui.TextDisplay, texts), accent_colour=colour)


def _title(words: Words, session: Session, beside: str) -> str:
    """Return the topic, and as much of the description as there is room for beside the other texts."""
    title = words("card-title", topic=escape(session.topic))
    if not session.description:
        return title
    about, room = escape(session.description), TEXTS_LENGTH - len(beside) - len(title) - 1
    room = min(ABOUT_LENGTH, room)
    if len(about) > room:
        about = escape(clean_text(session.description, room // 2))
    return f"{title}\n{about}"


def _facts(words: Words, showing: Showing, *, is_on: bool) -> Iterator[str]:
    """Who, until when, with whom, and how to enter."""
    session = showing.session
    yield _hosts(words, showing)
    if is_on:
        yield words("card-until", start=clock(session.start), end=clock(session.end))
    else:
        yield words("card-time", start=moment(session.start), end=clock(session.end))
    yield from _guests(words, showing)
    voice = showing.channels.get(Kind.VOICE)
    if voice:
        yield words("card-enter", voice=f"<#{voice}>")


def _past(words: Words, showing: Showing) -> Iterator[str]:
    """What it was, and what became of it."""
    session = showing.session
    state = State.ENDED if session.active else session.state
    yield words(f"card-{state}")
    if session.why:
        yield words("card-why", why=escaped(session.why, WHY_LENGTH))
    yield _hosts(words, showing)
    yield words("card-time", start=moment(session.start), end=clock(session.closed or session.end))
    yield from _guests(words, showing)
    if session.takeaway:
        yield words("card-takeaway", takeaway=escaped(session.takeaway, TAKEAWAY_SHOWN))


def _notes(words: Words, session: Session, programme: Programme) -> Iterator[str]:
    """Where people write together about it, where organizers have set that."""
    if link := notes_link(programme, session):
        yield words("card-notes", link=link)


def _hosts(words: Words, showing: Showing) -> str:
    host = mention(words, showing.session.host_id)
    if not showing.cohosts:
        return words("card-hosts", host=host)
    return words("card-cohosts", host=host, cohosts=some_names(words, showing.cohosts, NAMES))


def _guests(words: Words, showing: Showing) -> Iterator[str]:
    session, came = showing.session, len(showing.guests)
    facts = seats(words, session, came) + waiting(words, session, came)
    if showing.guests:
        facts.append(some_names(words, showing.seated, NAMES))
    if facts:
        yield words("card-guests", guests=" · ".join(facts))


def _conduct(words: Words, programme: Programme) -> list[str]:
    """Return whom to turn to when something is wrong."""
    return [words("card-conduct") + " " + contact(programme.conduct)] if programme.conduct else []


def _powers(words: Words, session: Session, *, is_on: bool) -> list[Press]:
    """The buttons of host, co-hosts and organizers; each of them asks who clicks."""
    edit = Press("edit", session.id, label=words("button-edit"))
    more = Press("session", session.id, label=words("button-session"))
    danger = discord.ButtonStyle.danger
    if not is_on:
        return [edit, Press("cancel", session.id, label=words("button-cancel"), style=danger), more]
    return [
        Press("extend", session.id, label=words("button-extend")),
        edit,
        Press("end", session.id, label=words("button-end"), style=danger),
        Press("sendout", session.id, label=words("button-sendout")),
        more,
    ]
