"""One session for one reader: all about it, and a button for everything that they may do now."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

import discord

from bot.domain.models import Session, State
from bot.domain.names import clean_text, escape
from bot.service import Details, Show
from bot.ui.guests import host_name, seats, some_names, waiting
from bot.ui.hosting import where
from bot.ui.place import PANEL
from bot.ui.presses import Press, join_press, leave_press, report_press, takeaway_press
from bot.ui.words import Words, clock, relative, span_fields

ABOUT_LENGTH = 800
"""Code points of a description: escaped, with the longest names, the panel stays within 4000."""

GREY = discord.ButtonStyle.secondary
STYLES = {"end": discord.ButtonStyle.danger, "cancel": discord.ButtonStyle.danger}
NAMES = 20
"""Guests, and co-hosts, who are named at most."""


def panel(words: Words, details: Details, now: datetime, said: Collection[str] = ()) -> discord.ui.LayoutView:
    """Return the session as this reader sees it, with their buttons; what was `said` above is left out."""
    view = discord.ui.LayoutView(timeout=None)
    box: discord.ui.Container[Any] = discord.ui.Container(
        discord.ui.TextDisplay(_text(words, details, now, said))
    )
    session = details.showing.session
    is_on = session.active and session.end > now
    rows = [_hosts(words, details), _guests(words, details, now)] if is_on else [[], []]
    if session.state is State.ENDED and details.manages:
        rows[0] = [takeaway_press(words, session)]
    back = Press("list", Show.BOARD, "", 0, label=words("button-list"))
    rows[1] = [*rows[1], report_press(words, session, PANEL), back]
    for presses in rows:
        if presses:
            box.add_item(discord.ui.ActionRow(*presses))
    view.add_item(box)
    return view


def _text(words: Words, details: Details, now: datetime, said: Collection[str]) -> str:
    showing = details.showing
    session = showing.session
    lines = [words("card-title", topic=escape(session.topic))]
    if session.description:
        lines.append(escape(clean_text(session.description, ABOUT_LENGTH)))
    lines.append(_times(words, session, now))
    lines.append(_state(words, session, now))
    lines.append(words("panel-host", host=escape(host_name(words, session))))
    if showing.cohosts:
        lines.append(words("panel-cohosts", people=some_names(words, showing.cohosts, NAMES)))
    lines += _offers(words, details)
    came = len(showing.guests)
    facts = seats(words, session, came) + waiting(words, session, came)
    if showing.guests:
        facts.append(some_names(words, showing.seated, NAMES))
    if facts:
        lines.append(words("card-guests", guests=" · ".join(facts)))
    if session.takeaway:
        lines.append(words("card-takeaway", takeaway=escape(session.takeaway)))
    if session.active and len(showing.channels) == 2 and "where" not in said:
        lines.append(where(words, showing.channels))
    if details.joined and "joined" not in said:
        waits = words("panel-waiting", number=details.waiting)
        lines.append(waits if details.waiting else words("panel-joined"))
    if details.reminded and "reminded" not in said:
        lines.append(words("panel-reminded"))
    return "\n".join(lines)


def _times(words: Words, session: Session, now: datetime) -> str:
    """Return when it is, and how far ahead its start or its end lies where that is still to come."""
    on = session.state is State.OPEN and now < session.end
    key = (
        "times-on" if on else "times" if session.state is State.BOOKED and now < session.end else "times-over"
    )
    return words(key, **span_fields(session), left=relative(session.end), over=clock(session.over))


def _offers(words: Words, details: Details) -> list[str]:
    """Return who is asked to host or share it, and what became of that, for those who may ask (R18)."""
    asked = details.offers[:NAMES] if details.manages else ()
    keys = (("declined" if said else kind, user_id) for kind, user_id, said in asked)
    return [words(f"asked-{key}", who=f"<@{user_id}>") for key, user_id in keys]


def _state(words: Words, session: Session, now: datetime) -> str:
    state = State.ENDED if session.active and session.end <= now else session.state
    text = words(f"panel-{state}", desk=session.desk)
    return text + (" " + words("panel-why", why=escape(session.why)) if session.why else "")


def _hosts(words: Words, details: Details) -> list[Press]:
    if not details.manages:
        return []
    session = details.showing.session
    open_ = session.state is State.OPEN
    actions = ("extend", "end", "edit") if open_ else ("edit", "cancel")
    return [
        Press(action, session.id, label=words(f"button-{action}"), style=STYLES.get(action, GREY))
        for action in (*actions, "cohosts", "handover")
    ]


def _guests(words: Words, details: Details, now: datetime) -> list[Press]:
    session = details.showing.session
    presses = []
    if session.state is State.BOOKED and session.start > now:
        action = "forget" if details.reminded else "remind"
        presses.append(Press(action, session.id, label=words(f"button-{action}")))
    if details.joined:
        presses.append(leave_press(words, session))
    elif not details.mine:
        presses.insert(0, join_press(words, session))
    return presses
