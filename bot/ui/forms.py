"""The form behind a bare `/openspace host`: the same fields as the command, times offered as a menu."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, tzinfo
from operator import attrgetter
from typing import Any

import discord

from bot.domain.capacity import FreeStarts
from bot.domain.models import Limits
from bot.domain.names import clean_line, clean_text
from bot.domain.programme import Programme
from bot.service import Draft
from bot.service.wording import DESCRIPTION_LENGTH, TOPIC_LENGTH
from bot.ui.choices import OPTIONS, slot_label, when_value
from bot.ui.words import Words

LABEL_LENGTH = 45
"""Code points of a field's label: https://docs.discord.com/developers/components/reference."""
LENGTHS = (10, 15, 20, 30, 45, 60, 75, 90, 120, 150, 180, 240)
USUAL = "default"
"""The menu's choice that names no length, so that a start now may be cut (R4)."""
HOST_FORM = "openspace-form"
_SLOT = re.compile(r"<t:(\d{1,10})>", re.ASCII)


def host_form(
    words: Words, starts: FreeStarts, programme: Programme, draft: Draft, now: datetime
) -> discord.ui.Modal:
    """Return the form with topic, time, length and description, filled with what was typed before.

    Its custom_id names the idea that it makes into a session, if it does.
    """
    times = when_options(words, starts, draft.when, is_open=programme.window_at(now) is not None)
    fields: dict[str, discord.ui.Item[Any]] = {
        "topic": text_input(
            "topic", words, clean_line(draft.topic, TOPIC_LENGTH), TOPIC_LENGTH, required=True
        ),
        "when": discord.ui.Select(custom_id="when", required=True, options=times),
        "other": text_input("other", words, _other(draft.when, times, programme), TOPIC_LENGTH),
        "minutes": discord.ui.Select(
            custom_id="minutes",
            required=True,
            options=minutes_options(words, programme.limits, draft.minutes),
        ),
        "description": text_input(
            "description", words, clean_text(draft.description, DESCRIPTION_LENGTH), DESCRIPTION_LENGTH
        ),
    }
    custom_id = HOST_FORM if draft.idea_id is None else f"{HOST_FORM}:{draft.idea_id}"
    return form(words, words("form-title"), custom_id, fields, programme.zone)


def form(
    words: Words,
    title: str,
    custom_id: str,
    fields: Mapping[str, discord.ui.Item[Any]],
    zone: tzinfo | None = None,
) -> discord.ui.Modal:
    """Return a form of labelled fields, whose answer is read from what Discord sends.

    A label of a field for times says in which zone they are read (R1).
    """
    clock = words.clock_of(zone) if zone else ""
    modal = discord.ui.Modal(title=title, custom_id=custom_id)
    for name, field in fields.items():
        label = clean_line(words(f"form-{name}", clock=clock), LABEL_LENGTH)
        modal.add_item(discord.ui.Label(text=label, component=field))
    # discord.py would keep one open form per custom_id: one person's could swallow another's. Finished, it is
    # not kept at all; `read_form` needs only what Discord sends, which holds after a restart too.
    modal.stop()
    return modal


def text_input(
    name: str, words: Words, default: str, longest: int, *, required: bool = False
) -> discord.ui.TextInput[Any]:
    """Return a field for text, its words in the catalogues under its name."""
    return discord.ui.TextInput(
        custom_id=name,
        required=required,
        style=discord.TextStyle.paragraph if longest > TOPIC_LENGTH else discord.TextStyle.short,
        max_length=longest,
        default=default or None,
        placeholder=words(f"form-{name}-example"),
    )


def _other(when: str, times: Sequence[discord.SelectOption], programme: Programme) -> str:
    """Return the time that was typed before, in a form for people; nothing where the menu has it."""
    if any(option.value == when for option in times):
        return ""
    if slot := _SLOT.fullmatch(when):
        return f"{programme.local(datetime.fromtimestamp(int(slot[1]), UTC)):%Y-%m-%d %H:%M}"
    return clean_line(when, TOPIC_LENGTH)


def read_form(user_id: int, data: Any, idea_id: int | None = None) -> Draft:
    """Return what a person sent by the form; a typed time goes before the menu's."""
    fields = components(data)
    minutes = fields["minutes"]["values"][0]
    return Draft(
        user_id,
        topic=fields["topic"]["value"],
        description=fields["description"]["value"],
        when=fields["other"]["value"].strip() or fields["when"]["values"][0],
        minutes=int(minutes) if minutes != USUAL else None,
        idea_id=idea_id,
    )


def components(data: Any) -> dict[str, Any]:
    """Return the fields of a form that was sent, by name."""
    return {label["component"]["custom_id"]: label["component"] for label in data["components"]}


def when_options(
    words: Words, starts: FreeStarts, chosen: str, *, is_open: bool
) -> list[discord.SelectOption]:
    """Return 'now' and the free starts as a menu, in order of time; what was chosen is selected.

    Outside the windows there is no 'now', except where no other time is left: a menu cannot be empty. Where
    no desk is free it is there, for who waits for one, but the next free time is selected.
    """
    slots = sorted(starts.by_interest(OPTIONS - 1), key=attrgetter("start"))
    times = [(words("when-now"), "now")] if is_open or not slots else []
    times += [(slot_label(words, slot), when_value(slot)) for slot in slots]
    usual = times[1 if is_open and slots and not starts.now else 0][1]
    selected = chosen if any(value == chosen for _, value in times) else usual
    return [
        discord.SelectOption(label=label, value=value, default=value == selected) for label, value in times
    ]


def minutes_options(words: Words, limits: Limits, chosen: int | None) -> list[discord.SelectOption]:
    """Return the lengths that R4 allows; the first is the default, which start now may cut."""
    bounds = range(limits.min_minutes, limits.max_minutes + 1)
    lengths = {*LENGTHS, bounds[0], bounds[-1]} - {limits.default_minutes}
    allowed = {m for m in (*lengths, chosen or 0) if m in bounds}
    usual = discord.SelectOption(
        label=words.count("minutes-default", limits.default_minutes),
        value=USUAL,
        default=chosen not in allowed,
    )
    return [usual] + [
        discord.SelectOption(label=words.count("minutes", m), value=str(m), default=m == chosen)
        for m in sorted(allowed)
    ]
