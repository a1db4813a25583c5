"""Buttons that work after a restart and on old messages: what they do stands in their custom_id."""

from __future__ import annotations

import inspect
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any

import discord

from bot.domain.capacity import Slot
from bot.domain.models import Session, State
from bot.domain.names import clean_line
from bot.domain.refusal import Refusal
from bot.ui.words import Words

LABEL_LENGTH = 80
"""Code points on a button: https://docs.discord.com/developers/components/reference."""

Handler = Callable[..., Awaitable[None]]


class Press(
    discord.ui.DynamicItem[discord.ui.Button[Any]],
    template=r"openspace:(?P<action>[a-z]+)(?P<args>(?::[\w-]*)*)",
):
    """A button whose custom_id is `openspace:<action>:<argument>...`; the bot's cogs hold the handlers."""

    def __init__(
        self,
        action: str,
        *args: object,
        label: str | None = None,
        style: discord.ButtonStyle = discord.ButtonStyle.secondary,
        disabled: bool = False,
    ) -> None:
        self.action = action
        self.args = tuple(str(a) for a in args)
        button: discord.ui.Button[Any] = discord.ui.Button(
            label=label and clean_line(label, LABEL_LENGTH),
            style=style,
            disabled=disabled,
            custom_id=":".join(("openspace", action, *self.args)),
        )
        super().__init__(button)

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction, item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Press:
        """Rebuild the button from the message that was clicked."""
        label = item.label if isinstance(item, discord.ui.Button) else None
        return cls(match["action"], *match["args"].split(":")[1:], label=label)

    async def callback(self, interaction: discord.Interaction) -> None:
        """Hand the click to the cog that knows the action."""
        await hand_over(interaction, self.action, self.args)


async def hand_over(interaction: discord.Interaction, action: str, args: Sequence[str]) -> None:
    """Call the handler that a cog has for the action; what comes from another version may be unknown."""
    handlers: Mapping[str, Handler] = interaction.client.presses  # type: ignore[attr-defined]
    handler = handlers.get(action, handlers["unknown"])
    try:
        inspect.signature(handler).bind(interaction, *args)
    except TypeError:
        handler = handlers["unknown"]
    await handler(interaction, *args)


def row(*presses: Press) -> discord.ui.View:
    """Return buttons for under a message; they never time out."""
    view = discord.ui.View(timeout=None)
    for press in presses:
        view.add_item(press)
    return view


def join_press(words: Words, session: Session, *page: object, again: bool = False) -> Press:
    """Return the button that joins a session, in place on a page of a list; `again` for who has left it."""
    label = words("button-join-again") if again else words("button-join")
    return Press("join", session.id, *page, label=label, style=discord.ButtonStyle.primary)


def keep_press(words: Words, session: Session | None = None) -> Press:
    """Return the button beside a question, about a session or not, that leaves all as it is."""
    return Press("keepit", *([session.id] if session else []), label=words("button-keepit"))


def leave_press(words: Words, session: Session, *page: object) -> Press:
    """Return the button that leaves a session, in place on a page of a list."""
    return Press("leave", session.id, *page, label=words("button-leave"))


def report_press(words: Words, session: Session, *where: object) -> Press:
    """Return the button that opens the form for a report to organizers; `where` says on what it stands."""
    return Press("report", session.id, *where, label=words("button-report"))


def host_press(words: Words) -> Press:
    """Return the button that opens the form for a new session."""
    return Press("host", label=words("button-host"), style=discord.ButtonStyle.success)


def leave_presses(words: Words, session: Session) -> list[Press]:
    """Return what a guest may do about a session: be reminded before it starts, and leave."""
    remind = [Press("remind", session.id, label=words("button-remind"))]
    return [*(remind if session.state is State.BOOKED else []), leave_press(words, session)]


def takeaway_press(words: Words, session: Session) -> Press:
    """Return the button that opens the form for the line that stays of a session."""
    key = "button-takeaway-change" if session.takeaway else "button-takeaway"
    return Press("takeaway", session.id, label=words(key))


def host_presses(words: Words, session: Session) -> list[Press]:
    """Return what its host does most: edit or cancel a booked session, extend or end an open one."""
    actions = ("edit", "cancel") if session.state is State.BOOKED else ("extend", "end")
    return [Press(action, session.id, label=words(f"button-{action}")) for action in actions]


def ideas_press(words: Words) -> Press:
    """Return the button that shows topics to start from."""
    return Press("ideas", label=words("button-ideas"))


FINAL = frozenset(
    {
        *("blocked", "blocked-until", "blocked-why", "blocked-until-why"),
        *("session-ended", "session-cancelled", "session-released"),
    }
)
"""Refusals that another form would not change: none is offered."""


def refusal_buttons(words: Words, refusal: Refusal, pick: str) -> discord.ui.View | None:
    """Return one button for each time that fits and each session that may have been meant (R6).

    Whichever is pressed goes on with what the person typed, where that was kept.
    """
    typed = () if refusal.draft is None or refusal.code in FINAL else (refusal.draft,)
    presses = [
        Press(pick, session.id, *typed, label=words("button-choice", number=number, topic=session.topic))
        for number, session in enumerate(refusal.choices, start=1)
    ]
    if refusal.session is not None:
        presses += [_other_time(words, refusal, refusal.session, slot) for slot in refusal.offers]
        if typed:
            presses.append(Press("edit", refusal.session, *typed, label=words("button-change")))
    elif typed and not refusal.choices:
        presses += [_offer(words.span(slot), ("take", *typed, *_span(slot))) for slot in refusal.offers]
        presses.append(Press("form", *typed, label=words("button-change")))
    return row(*presses) if presses else None


def _other_time(words: Words, refusal: Refusal, session_id: int, slot: Slot) -> Press:
    """Return the button that moves a session, or where only its end was asked for lets it go on."""
    if "more-" in refusal.code and refusal.draft is None:
        label = words("button-until", end=f"{slot.end:%H:%M}")
        return _offer(label, ("until", session_id, int(slot.end.timestamp())))
    typed = () if refusal.draft is None else (refusal.draft,)
    return _offer(words.span(slot), ("move", session_id, *_span(slot), *typed))


def _span(slot: Slot) -> tuple[int, int]:
    return int(slot.start.timestamp()), (slot.end - slot.start) // timedelta(minutes=1)


def _offer(label: str, action: tuple[str, *tuple[int, ...]]) -> Press:
    return Press(*action, label=label, style=discord.ButtonStyle.primary)
