"""The form behind a bare `/openspace host`: the same fields as the command, times offered as a menu."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Any

import discord
from discord import app_commands

from bot.domain.capacity import Slot, nearest
from bot.domain.models import Limits
from bot.domain.names import fold
from bot.service.sessions import DESCRIPTION_LENGTH, TOPIC_LENGTH
from bot.store.sessions import Draft
from bot.ui.words import Words

OPTIONS = 25
"""Options in a menu, and choices of an autocomplete: Discord's limit."""
CHOICE_LENGTH = 100
"""Code points in the name and in the value of a choice: Discord's limit."""
LENGTHS = (10, 15, 20, 30, 45, 60, 75, 90, 120, 150, 180, 240)

Submit = Callable[[discord.Interaction, Draft], Awaitable[None]]


class HostForm(discord.ui.Modal):
    """Topic, time, length and description of a new session."""

    def __init__(
        self, words: Words, slots: Sequence[Slot], limits: Limits, draft: Draft, submit: Submit
    ) -> None:
        super().__init__(title=words("form-title"), timeout=None, custom_id="openspace-form")
        self._user_id = draft.user_id
        self._submit = submit
        self.topic: discord.ui.TextInput[Any] = discord.ui.TextInput(
            custom_id="topic",
            max_length=TOPIC_LENGTH,
            default=draft.topic[:TOPIC_LENGTH] or None,
            placeholder=words("form-topic-example"),
        )
        self.when: discord.ui.Select[Any] = discord.ui.Select(
            custom_id="when", required=True, options=when_options(words, slots)
        )
        self.other: discord.ui.TextInput[Any] = discord.ui.TextInput(
            custom_id="other",
            required=False,
            max_length=TOPIC_LENGTH,
            default=draft.when or None,
            placeholder=words("form-other-example"),
        )
        self.minutes: discord.ui.Select[Any] = discord.ui.Select(
            custom_id="minutes", required=True, options=minutes_options(words, limits, draft.minutes)
        )
        self.description: discord.ui.TextInput[Any] = discord.ui.TextInput(
            custom_id="description",
            style=discord.TextStyle.paragraph,
            required=False,
            max_length=DESCRIPTION_LENGTH,
            default=draft.description or None,
            placeholder=words("form-description-example"),
        )
        for name in ("topic", "when", "other", "minutes", "description"):
            self.add_item(discord.ui.Label(text=words(f"form-{name}"), component=getattr(self, name)))

    async def on_submit(self, interaction: discord.Interaction, /) -> None:
        """Read the fields; a typed time goes before the menu's."""
        when = self.other.value.strip() or self.when.values[0]
        minutes = self.minutes.values[0]
        await self._submit(
            interaction,
            Draft(
                self._user_id,
                self.topic.value,
                self.description.value,
                when,
                int(minutes) if minutes != "default" else None,
            ),
        )


def when_value(slot: Slot) -> str:
    """Return a slot's start in a form that `when` reads whatever the zone does on that day."""
    return f"<t:{int(slot.start.timestamp())}>"


def slot_label(words: Words, slot: Slot) -> str:
    """Return a slot for a menu: time, free desks, highlight."""
    label = words.count("slot", slot.free, span=words.span(slot))
    return label + (f" · {slot.highlight.name}" if slot.highlight else "")


def by_interest(slots: Sequence[Slot], count: int) -> list[Slot]:
    """Return up to `count` slots, those in a highlight first, else in order of time."""
    return sorted(slots, key=lambda s: (s.highlight is None, s.start))[:count]


def when_options(words: Words, slots: Sequence[Slot]) -> list[discord.SelectOption]:
    """Return 'now' and the free starts as a menu, the highlight first."""
    now = discord.SelectOption(label=words("when-now"), value="now", default=True)
    return [now] + [
        discord.SelectOption(label=slot_label(words, slot)[:100], value=when_value(slot))
        for slot in by_interest(slots, OPTIONS - 1)
    ]


def when_choices(
    words: Words, slots: Sequence[Slot], typed: str, wish: datetime | None, now: datetime
) -> list[app_commands.Choice[str]]:
    """Return what autocomplete offers for `when`.

    Nothing typed: now and the free starts, the highlight first. A time that is understood: it and the free
    starts nearest to it. Anything else: the free starts whose label holds the typed words.
    """
    if wish is not None and wish > now:
        near = nearest(slots, wish, OPTIONS - 1)
        exact = [] if any(slot.start == wish for slot in near) else [_choice(typed, typed)]
        return exact + [_choice(slot_label(words, slot), when_value(slot)) for slot in near]
    labelled = [(slot_label(words, slot), when_value(slot)) for slot in by_interest(slots, len(slots))]
    if wish is None:
        folded = fold(typed)
        return [_choice(label, value) for label, value in labelled if folded in fold(label)][:OPTIONS]
    choices = [_choice(label, value) for label, value in labelled[: OPTIONS - 1]]
    return [_choice(words("when-now"), "now"), *choices]


def _choice(name: str, value: str) -> app_commands.Choice[str]:
    return app_commands.Choice(name=name[:CHOICE_LENGTH], value=value[:CHOICE_LENGTH])


def minutes_options(words: Words, limits: Limits, chosen: int | None) -> list[discord.SelectOption]:
    """Return the lengths that R4 allows; the first is the default, which start now may cut."""
    allowed = {m for m in LENGTHS if limits.min_minutes <= m <= limits.max_minutes}
    allowed |= {limits.min_minutes, limits.max_minutes} | ({chosen} if chosen else set())
    default = discord.SelectOption(
        label=words.count("minutes-default", limits.default_minutes), value="default", default=chosen is None
    )
    return [default] + [
        discord.SelectOption(label=words.count("minutes", m), value=str(m), default=m == chosen)
        for m in sorted(allowed)[: OPTIONS - 1]
    ]
