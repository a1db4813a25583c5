"""What organizers read before and after they move, cancel or end a session, and of one without its host."""

from __future__ import annotations

from collections.abc import Sequence

import discord

from bot.domain.booking import MINUTE
from bot.domain.models import Session, State
from bot.domain.names import clean_line, escape, escaped
from bot.domain.refusal import Refusal
from bot.service import Changed, Closed, Showing
from bot.service.restoring import SLIP
from bot.service.wording import REASON_LENGTH
from bot.ui import managing
from bot.ui.forms import form, text_input
from bot.ui.managing import who_hears
from bot.ui.presses import Press, keep_press, row
from bot.ui.words import Words, clock, moment, span_fields

MOVE_FORM, CANCEL_FORM, END_FORM = "openspace-admin-move", "openspace-admin-cancel", "openspace-admin-end"
CANCEL_ALL_FORM, GIVE_FORM = "openspace-admin-cancelall", "openspace-admin-give"
TOPIC_SHOWN = 40
"""Code points of a topic, or a name, on a button beside others."""
TOPIC_LISTED = 60
"""Code points of an escaped topic in a line of a list."""
MOST = 10
"""Sessions, or people, that are listed at most, each with a button: the longest words fit a message."""
DANGER, PRIMARY = discord.ButtonStyle.danger, discord.ButtonStyle.primary
Answer = tuple[str, discord.ui.View]


def ask_move(words: Words, showing: Showing, moved: Session) -> Answer:
    """Return what a move would do, with one button to do it and one to say why."""
    before, args = showing.session, _span(moved)
    fields = {"topic": escape(before.topic), "host": escape(before.host_name), "was": moment(before.start)}
    text = [words("ask-move", **fields), words("times", **span_fields(moved)), _told(words, showing)]
    return "\n".join(text), row(
        Press("adminmove", *args, label=words("button-moveit"), style=PRIMARY),
        Press("adminmovewhy", *args, label=words("button-movewhy")),
    )


def other_times(words: Words, refusal: Refusal, session_id: int, draft: int | None) -> list[Press]:
    """Return a button for each time at which a session could be instead (R6)."""
    typed = () if draft is None else (draft,)
    presses = []
    for slot in refusal.offers:
        minutes = (slot.end - slot.start) // MINUTE
        about = (session_id, int(slot.start.timestamp()), minutes, *typed)
        presses.append(Press("adminmove", *about, label=words.span(slot), style=PRIMARY))
    return presses


def ask_close(words: Words, showing: Showing, reason: str = "", draft: int | None = None) -> Answer:
    """Return what cancelling or ending a session would do, with its reason, or a button to give one."""
    session, action = showing.session, _closing(showing.session)
    fields = {"topic": escape(session.topic), "host": escape(session.host_name)}
    key = "ask-admin-end" if action == "adminend" else "ask-admin-cancel"
    text = [words(key, start=moment(session.start), **fields), _told(words, showing)]
    if reason:
        text.append(words("cancelled-why", why=escape(reason)))
    yes = words("button-endnow" if action == "adminend" else "button-cancelnow")
    typed = () if draft is None else (draft,)
    presses = [Press(f"{action}now", session.id, *typed, label=yes, style=DANGER)]
    if not reason:
        presses.append(Press(f"{action}why", session.id, label=words("button-why")))
    return "\n".join(text), row(*presses, keep_press(words, session))


def why_form(words: Words, name: str, *about: object) -> discord.ui.Modal:
    """Return the form for a reason; `about` stands in its custom_id."""
    reason = text_input("reason", words, "", REASON_LENGTH, required=True)
    return form(words, words("form-why-title"), ":".join((name, *map(str, about))), {"reason": reason})


def give_form(words: Words, session: Session) -> discord.ui.Modal:
    """Return the form that asks to whom a session is offered."""
    person: discord.ui.UserSelect[discord.ui.LayoutView] = discord.ui.UserSelect(
        custom_id="handover", required=True
    )
    return form(words, words("form-give-title"), f"{GIVE_FORM}:{session.id}", {"handover": person})


def moved(words: Words, change: Changed) -> Answer | tuple[str, None]:
    """Return what came of a move, and the button that takes it back."""
    before, after = change.before, change.session
    if not change.changed:
        return words("edited-nothing", topic=escape(after.topic)), None
    lines = [words("moved", topic=escape(after.topic))]
    if before.state is not after.state:
        lines.append(words("edited-opens", desk=after.desk, until=clock(after.end)))
        return "\n".join(lines), None  # it has opened: it cannot go back
    lines.append(words("times", **span_fields(after)))
    lines += who_hears(words, after, guests=change.told, host=change.host_told)
    back = Press("adminmove", *_span(before, after.id), label=words("button-moveback"))
    return "\n".join(lines), row(back)


def closed(words: Words, done: Closed) -> Answer | tuple[str, None]:
    """Return what came of cancelling or ending, and how it is undone."""
    session, text = done.session, managing.closed(words, done)
    if not done.host_told:
        return text, None  # their own: that was no slip over somebody else's
    if session.state is State.ENDED:
        return text + "\n" + words("ended-undo"), None
    text += "\n" + words("cancelled-undo", minutes=SLIP // MINUTE)
    return text, row(rebook_press(words, session))


def rebook_press(words: Words, session: Session, *, named: bool = False) -> Press:
    """Return the button that books a cancelled session again."""
    topic = clean_line(session.topic, TOPIC_SHOWN)
    return Press(
        "rebook",
        session.id,
        label=words("button-rebook-it", topic=topic) if named else words("button-rebook"),
    )


def rebooked(words: Words, session: Session) -> str:
    """Return that a session takes place after all."""
    fields = {"topic": escape(session.topic), "host": escape(session.host_name)}
    lines = [words("rebooked", **fields), words("times", **span_fields(session))]
    return "\n".join(lines)


def close_presses(words: Words, sessions: Sequence[Session]) -> list[Press]:
    """Return a button for each of a person's sessions that ends or cancels it."""
    presses = []
    for session in sessions[:MOST]:
        action, topic = _closing(session), clean_line(session.topic, TOPIC_SHOWN)
        label = words("button-end-it" if action == "adminend" else "button-cancel-it", topic=topic)
        presses.append(Press(action, session.id, label=label, style=DANGER))
    return presses


def listed(words: Words, sessions: Sequence[Session]) -> list[str]:
    """Return a person's sessions, a line each."""
    lines = []
    for session in sessions[:MOST]:
        span = {"start": moment(session.start), "end": clock(session.end)}
        lines.append(words("hosted-line", topic=escaped(session.topic, TOPIC_LISTED), **span))
    return lines + more(words, len(sessions))


def more(words: Words, count: int) -> list[str]:
    """Return how many are not listed, where some are not."""
    return [words("listed-more", n=count - MOST)] if count > MOST else []


def _closing(session: Session) -> str:
    return "adminend" if session.state is State.OPEN else "admincancel"


def _told(words: Words, showing: Showing) -> str:
    """Return whom a change would be told to."""
    host, guests = escape(showing.session.host_name), len(showing.guests)
    return words.count("would-tell", guests, host=host) if guests else words("would-tell-host", host=host)


def _span(session: Session, number: int | None = None) -> tuple[int, int, int]:
    minutes = (session.end - session.start) // MINUTE
    return number or session.id, int(session.start.timestamp()), minutes
