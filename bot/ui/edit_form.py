"""The forms behind a session's buttons: edit, co-hosts, hand over, cancel with a reason, takeaway.

What a form is about stands in its custom_id: it works after a restart, and two people's never mix.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import discord

from bot.domain.booking import MINUTE
from bot.domain.models import Limits, Session, State
from bot.domain.names import clean_line, clean_text
from bot.domain.programme import Programme
from bot.domain.refusal import Refusal
from bot.service import Draft, Person
from bot.service.offers import COHOSTS
from bot.service.wording import DESCRIPTION_LENGTH, REASON_LENGTH, TAKEAWAY_LENGTH, TOPIC_LENGTH
from bot.ui.forms import components, form, minutes_options, text_input
from bot.ui.words import Words

EDIT_FORM = "openspace-edit"
COHOSTS_FORM = "openspace-cohosts"
HANDOVER_FORM = "openspace-handover"
CANCEL_FORM = "openspace-cancel"
TAKEAWAY_FORM = "openspace-takeaway"
SAME = "same"
"""The menu's choice that keeps the length, whatever it is by then."""
SEATS_LENGTH = 3
UNREADABLE = -1
"""A number of seats that no session can have: it is refused with the rest of the form kept."""


def edit_form(
    words: Words, session: Session, programme: Programme, draft: Draft | None = None
) -> discord.ui.Modal:
    """Return the form with what a session is now, or what was typed before; only a booked one moves."""
    topic = (draft and draft.topic) or session.topic
    about = (draft and draft.description) or session.description
    seats = session.seats if draft is None or draft.seats in {None, UNREADABLE} else draft.seats
    fields: dict[str, discord.ui.Item[Any]] = {
        "topic": text_input("topic", words, clean_line(topic, TOPIC_LENGTH), TOPIC_LENGTH, required=True)
    }
    if session.state is State.BOOKED:
        when = (draft and draft.when) or _local(session.start, programme)
        fields["when"] = text_input("when", words, clean_line(when, TOPIC_LENGTH), TOPIC_LENGTH)
    fields["minutes"] = discord.ui.Select(
        custom_id="minutes",
        required=True,
        options=_lengths(words, session, programme.limits, draft.minutes if draft else None),
    )
    fields["seats"] = text_input("seats", words, str(seats or ""), SEATS_LENGTH)
    fields["description"] = text_input(
        "description", words, clean_text(about, DESCRIPTION_LENGTH), DESCRIPTION_LENGTH
    )
    custom_id = f"{EDIT_FORM}:{session.id}:{int(session.start.timestamp())}"
    return form(words, words("form-edit-title"), custom_id, fields, programme.zone)


def _lengths(
    words: Words, session: Session, limits: Limits, chosen: int | None
) -> list[discord.SelectOption]:
    """Return the length that it has and the others that R4 allows, each once."""
    now = round((session.end - session.start) / MINUTE)
    same = discord.SelectOption(
        label=words.count("minutes-same", now), value=SAME, default=chosen in {None, now}
    )
    others = {int(option.value): option for option in minutes_options(words, limits, chosen)[1:]}
    usual = limits.default_minutes
    others.setdefault(
        usual, discord.SelectOption(label=words.count("minutes", usual), value=str(usual), default=False)
    )
    return [same, *(option for minutes, option in sorted(others.items()) if minutes != now)]


def _local(instant: datetime, programme: Programme) -> str:
    return f"{programme.local(instant):%Y-%m-%d %H:%M}"


def read_edit_form(user_id: int, start: int, data: Any, programme: Programme) -> Draft:
    """Return what a person sent by the edit form; a time that they left as it stood is no wish to move."""
    fields = components(data)
    minutes = fields["minutes"]["values"][0]
    when = " ".join(fields["when"]["value"].split()) if "when" in fields else ""
    stood = _local(datetime.fromtimestamp(start, UTC), programme)
    return Draft(
        user_id,
        topic=fields["topic"]["value"],
        description=fields["description"]["value"],
        when="" if when == stood else when,
        minutes=None if minutes == SAME else int(minutes),
        seats=_seats(fields["seats"]["value"]),
    )


def _seats(text: str) -> int:
    plain = unicodedata.normalize("NFKC", text).strip()
    if not plain:
        return 0
    return int(plain) if plain.isascii() and plain.isdigit() and len(plain) <= SEATS_LENGTH else UNREADABLE


def cohosts_form(words: Words, session: Session, cohosts: Sequence[Person]) -> discord.ui.Modal:
    """Return the form that shows who the co-hosts are, to be changed to who they shall be."""
    people: discord.ui.UserSelect[Any] = discord.ui.UserSelect(
        custom_id="cohosts",
        required=False,
        min_values=0,
        max_values=COHOSTS,
        default_values=[
            discord.SelectDefaultValue(id=person.id, type=discord.SelectDefaultValueType.user)
            for person in cohosts[:COHOSTS]
        ],
    )
    return form(words, words("form-cohosts-title"), f"{COHOSTS_FORM}:{session.id}", {"cohosts": people})


def handover_form(words: Words, session: Session) -> discord.ui.Modal:
    """Return the form that asks for a new host."""
    person: discord.ui.UserSelect[Any] = discord.ui.UserSelect(custom_id="handover", required=True)
    return form(words, words("form-handover-title"), f"{HANDOVER_FORM}:{session.id}", {"handover": person})


def cancel_form(words: Words, session: Session) -> discord.ui.Modal:
    """Return the form that asks why a session is cancelled."""
    reason = text_input("reason", words, "", REASON_LENGTH)
    return form(words, words("form-cancel-title"), f"{CANCEL_FORM}:{session.id}", {"reason": reason})


def takeaway_form(words: Words, session: Session) -> discord.ui.Modal:
    """Return the form for the line that stays of a session, with the one that it has; empty takes it back."""
    line = text_input("takeaway", words, session.takeaway, TAKEAWAY_LENGTH)
    return form(words, words("form-takeaway-title"), f"{TAKEAWAY_FORM}:{session.id}", {"takeaway": line})


def read_takeaway(data: Any) -> str:
    """Return the line that a person typed."""
    return str(components(data)["takeaway"]["value"])


def read_people(data: Any, field: str) -> list[Person]:
    """Return the members whom a person chose; raises `Refusal` for bots and for who is not in the server."""
    resolved = data.get("resolved") or {}
    members = resolved.get("members") or {}
    chosen = []
    for user_id in components(data)[field].get("values") or ():
        user = resolved["users"][user_id]
        names = (members.get(user_id, {}).get("nick"), user.get("global_name"), user["username"])
        name = next(n for n in names if n)
        if user.get("bot"):
            raise Refusal("bot", host=name)
        if user_id not in members:
            raise Refusal("not-here", host=name)
        chosen.append(Person(int(user_id), name))
    return chosen


def read_reason(data: Any) -> str:
    """Return the reason that a person typed."""
    return str(components(data)["reason"]["value"])
