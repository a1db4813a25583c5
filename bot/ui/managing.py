"""What hosts read when they change a session: what is asked first, and what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import discord

from bot.domain.booking import MINUTE
from bot.domain.models import Session, State
from bot.domain.names import clean_line, escape
from bot.domain.programme import Programme
from bot.service import Changed, Closed, Cohosts, Offered
from bot.service.takeaways import Taken
from bot.ui.guests import some_names
from bot.ui.presses import Press, keep_press, row
from bot.ui.words import Words, clock, moment, relative, span_fields

ABOUT_LENGTH = 200
"""Code points of a new description that an answer repeats."""
NAMES = 10
"""Co-hosts who are named at most."""


def changed(words: Words, change: Changed, now: datetime) -> str:
    """Return what an edit has changed, line by line, and what follows from it."""
    before, after = change.before, change.session
    asked = [offered(words, change.offered)] if change.offered else []
    if not change.changed:
        return asked[0] if asked else words("edited-nothing", topic=escape(after.topic))
    lines = [words("edited", topic=escape(after.topic)), *asked]
    if before.state is not after.state:
        lines.append(words("edited-opens", desk=after.desk, until=clock(after.end)))
    elif (before.start, before.end) != (after.start, after.end):
        key = "times-on" if after.state is State.OPEN else "times"
        lines.append(words(key, **span_fields(after), left=relative(after.end)))
    if before.description != after.description:
        about = escape(clean_line(after.description, ABOUT_LENGTH))
        lines.append(words("edited-about", about=about) if about else words("edited-no-about"))
    if before.seats != after.seats:
        lines.append(words.count("edited-seats", after.seats) if after.seats else words("edited-no-seats"))
    if change.renamed:
        later = change.renamed > now
        at = clock(change.renamed)
        lines.append(words("edited-renamed-later", at=at) if later else words("edited-renamed"))
    lines += who_hears(words, after, guests=change.told, host=change.host_told)
    if change.shortened:
        lines.append(words("hosted-shortened"))
    return "\n".join(lines)


def prolonged(words: Words, change: Changed) -> str:
    """Return until when a session goes on now."""
    key = "extended" if change.changed else "extended-already"
    text = words(key, topic=escape(change.session.topic), until=clock(change.session.end))
    return "\n".join([text, *who_hears(words, change.session, guests=change.told, host=change.host_told)])


def who_hears(words: Words, session: Session, *, guests: bool, host: bool) -> list[str]:
    """Return who will be told of a change: those who joined, and the host of what organizers did."""
    if host:
        return [words("all-told" if guests else "host-told", host=escape(session.host_name))]
    return [words("guests-told")] if guests else []


def ask_extend(
    words: Words, session: Session, ends: Sequence[datetime], programme: Programme
) -> tuple[str, discord.ui.View]:
    """Return the question how much longer, with a button for each end that fits."""
    presses = [
        Press(
            "until",
            session.id,
            int(end.timestamp()),
            label=words(
                "button-later-end",
                minutes=(end - session.end) // MINUTE,
                end=f"{programme.local(end):%H:%M}",
            ),
            style=discord.ButtonStyle.primary,
        )
        for end in ends
    ]
    fields = {"topic": escape(session.topic), "end": clock(session.end)}
    return words("ask-extend", **fields, clock=words.clock_of(programme.zone)), row(*presses)


def ask_end(
    words: Words, session: Session, reason: str = "", draft: int | None = None
) -> tuple[str, discord.ui.View]:
    """Return the question before a session is ended for good; a reason is kept under `draft`."""
    text = words("ask-end", topic=escape(session.topic))
    return _asked(words, text, reason), row(_yes(words, "endnow", session, draft), keep_press(words, session))


def ask_cancel(
    words: Words, session: Session, guests: int, reason: str = "", draft: int | None = None
) -> tuple[str, discord.ui.View]:
    """Return the question before a session is cancelled for good; a reason is kept under `draft`."""
    text = words("ask-cancel", topic=escape(session.topic), start=moment(session.start))
    if guests:
        text += "\n" + words.count("ask-cancel-guests", guests)
    presses = [_yes(words, "cancelnow", session, draft)]
    if not reason:
        presses.append(Press("cancelwhy", session.id, label=words("button-cancelwhy")))
    return _asked(words, text, reason), row(*presses, keep_press(words, session))


def _asked(words: Words, text: str, reason: str) -> str:
    return text + "\n" + words("cancelled-why", why=escape(reason)) if reason else text


def _yes(words: Words, action: str, session: Session, draft: int | None) -> Press:
    typed = () if draft is None else (draft,)
    label = words("button-endnow" if action == "endnow" else "button-cancelnow")
    return Press(action, session.id, *typed, label=label, style=discord.ButtonStyle.danger)


def closed(words: Words, done: Closed) -> str:
    """Return what a host, or an organizer, reads after ending or cancelling."""
    session, topic = done.session, escape(done.session.topic)
    over = session.state is State.ENDED
    if over and not done.host_told:
        return words("ended", topic=topic)
    text = words("admin-ended" if over else "cancelled-it", topic=topic)
    return "\n".join([text, *who_hears(words, session, guests=bool(done.guests), host=done.host_told)])


def takeaway(words: Words, taken: Taken) -> str:
    """Return what stays of a session now, and how to change it."""
    topic = escape(taken.session.topic)
    if not taken.session.takeaway:
        return words("takeaway-none", topic=topic)
    text = words("takeaway-written", topic=topic, takeaway=escape(taken.session.takeaway))
    return text + ("\n" + words("takeaway-shortened") if taken.shortened else "")


def cohosts(words: Words, result: Cohosts) -> str:
    """Return who is asked to share the host's powers, and who does."""
    topic, lines = escape(result.session.topic), []
    if result.asked:
        lines.append(words("cohosts-asked", topic=topic, people=some_names(words, result.asked, NAMES)))
    if result.waiting:
        lines.append(words("cohosts-waiting", topic=topic, people=some_names(words, result.waiting, NAMES)))
    if result.people:
        lines.append(words("cohosts", topic=topic, people=some_names(words, result.people, NAMES)))
    elif not lines:
        lines.append(words("cohosts-none", topic=topic))
    return "\n".join(lines)


def offered(words: Words, result: Offered) -> str:
    """Return that somebody has been asked to host a session."""
    fields = {"topic": escape(result.session.topic), "host": escape(result.member.name)}
    return words("offered" if result.new else "offered-already", **fields)
