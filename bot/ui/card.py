"""The desk's card, pinned in its text channel: what this session is and what can be done with it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import datetime
from typing import Any

import discord

from bot.domain.models import Session, State
from bot.domain.names import clean_text, escape, escaped
from bot.domain.notes import notes_link
from bot.domain.programme import Programme
from bot.domain.records import Kind
from bot.service import Person, Showing
from bot.ui.conduct import contact
from bot.ui.guests import MENTIONS, mention, seats, some_mentions, some_names, waiting
from bot.ui.presses import Press, host_press, join_press, leave_press, report_press, takeaway_press
from bot.ui.words import Words, clock, moment, relative

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
Named = Callable[[Words, Sequence[Person], int], str]
"""What names the first of some people: by name, or as the desk opens by mentions."""
GREEN, BLUE, GREY = 0x23A55A, 0x5865F2, 0x4E5058


def layout(
    words: Words, showing: Showing, programme: Programme, now: datetime, some: Named = some_names
) -> discord.ui.LayoutView:
    """Return the card; time alone changes it only at the session's start and end.

    `some` names co-hosts and guests: by name, for whom a client does not know a mention is but a number.
    """
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
            *_facts(words, showing, some, is_on=is_on),
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


def calling(
    words: Words, showing: Showing, programme: Programme, now: datetime, greeted: Collection[int]
) -> tuple[discord.ui.LayoutView, tuple[int, ...], str]:
    """Return the card that opens a desk, whom it pings, and how many guests, with '+' where more joined (R8).

    Whom it does not name stands below, as far as there is room. Other words call who is `greeted`.
    """
    view, hosts = layout(words, showing, programme, now, some_mentions), showing.host_ids
    named = {person.id for person in showing.seated[:NAMES]}
    joined = [each.id for each in showing.guests if each.id not in hosts and each.id not in greeted]
    below, called = "", list[int]()
    room = TEXTS_LENGTH - view.content_length()
    for user_id in joined[: MENTIONS - len(hosts)]:
        mention = "" if user_id in named else f"<@{user_id}> "
        if len(below + mention) > room:
            break
        below += mention
        called.append(user_id)
    if below:
        view.add_item(discord.ui.TextDisplay(below.rstrip()))
    view.stop()
    more = "+" if len(called) < len(joined) else ""
    return view, (*hosts, *called), f"{len(called)}{more}"


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


def _facts(words: Words, showing: Showing, some: Named, *, is_on: bool) -> Iterator[str]:
    """Who, until when, with whom, and how to enter."""
    session = showing.session
    if is_on and session.desk:
        times = {"end": clock(session.end), "left": relative(session.end)}
        yield words("card-open", desk=session.desk, **times)
    else:
        yield words("card-time", start=moment(session.start), end=clock(session.end))
    yield _hosts(words, showing, some)
    yield from _guests(words, showing, some)
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
    yield _hosts(words, showing, some_names)
    yield words("card-time", start=moment(session.start), end=clock(session.over))
    yield from _guests(words, showing, some_names)
    if session.takeaway:
        yield words("card-takeaway", takeaway=escaped(session.takeaway, TAKEAWAY_SHOWN))


def _notes(words: Words, session: Session, programme: Programme) -> Iterator[str]:
    """Where people write together about it, where organizers have set that."""
    if link := notes_link(programme, session):
        yield words("card-notes", link=link)


def _hosts(words: Words, showing: Showing, some: Named) -> str:
    host = mention(words, showing.session.host_id)
    if not showing.cohosts:
        return words("card-hosts", host=host)
    return words("card-cohosts", host=host, cohosts=some(words, showing.cohosts, NAMES))


def _guests(words: Words, showing: Showing, some: Named) -> Iterator[str]:
    session, came = showing.session, len(showing.guests)
    facts = seats(words, session, came) + waiting(words, session, came)
    if showing.guests:
        facts.append(some(words, showing.seated, NAMES))
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
