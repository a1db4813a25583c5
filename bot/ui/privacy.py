"""What a person reads of what is stored on them, and before and after it is deleted."""

from __future__ import annotations

import discord

from bot.service.privacy import KINDS, Stored
from bot.ui.presses import Press, keep_press, row
from bot.ui.words import Words


def stored(words: Words, found: Stored) -> tuple[str, discord.ui.View | None]:
    """Return how much of each kind is stored, and the button that asks whether to delete it."""
    if not found.counts:
        return words("stored-nothing"), None
    lines = [words("stored-heading")]
    lines += [
        "- " + words.count(f"stored-{kind}", found.counts[kind]) for kind in KINDS if kind in found.counts
    ]
    lines += ["", words("forget-what")]
    lines += _coming(words, found)
    return "\n".join(lines), row(Press("erase", label=words("button-erase")))


def ask(words: Words, found: Stored) -> tuple[str, discord.ui.View]:
    """Return the last question; its button says how many sessions the person has read are called off."""
    press = Press(
        "erasenow",
        len(found.sessions),
        label=words("button-erasenow"),
        style=discord.ButtonStyle.danger,
    )
    return "\n".join([words("forget-ask"), *_coming(words, found)]), row(press, keep_press(words))


def done(words: Words, called_off: int) -> str:
    """Return that it is done."""
    lines = [words("forget-done")]
    return "\n".join(lines + ([words.count("forget-called-off", called_off)] if called_off else []))


def _coming(words: Words, found: Stored) -> list[str]:
    return [words.count("forget-coming", len(found.sessions))] if found.sessions else []
