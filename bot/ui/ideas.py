"""Ideas: topics to start from, and those that people would like someone else to host."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any
from zlib import crc32

import discord

from bot.domain.names import escape, fold
from bot.paths import data_folder
from bot.service import IdeaShown
from bot.service.wording import TOPIC_LENGTH
from bot.ui.presses import Press
from bot.ui.words import Words

PAGE = 6
"""Ideas on a page: people's own with three buttons each, in the longest words, fit a message."""
IDEA_FORM = "openspace-idea"


@dataclass(frozen=True, slots=True)
class Starter:
    """A topic to start from, by the key that its button carries; not a number, which is an idea's."""

    key: str
    topic: str


@cache
def known_topics() -> dict[str, dict[str, str]]:
    """Return the topics that the bot knows, by their keys: words by language."""
    return tomllib.loads((data_folder() / "ideas.toml").read_text(encoding="utf-8"))


def starters(words: Words, topics: Sequence[str]) -> list[Starter]:
    """Return the organizers' topics and then those that the bot knows, in the reader's language."""
    own = [Starter(f"own-{crc32(fold(topic).encode()):08x}", topic) for topic in topics]
    return own + [Starter(key, known[words.language]) for key, known in known_topics().items()]


def ideas_layout(
    words: Words,
    ideas: Sequence[IdeaShown],
    topics: Sequence[Starter],
    page: int = 0,
    *,
    organizer: bool = False,
    said: str = "",
) -> discord.ui.LayoutView:
    """Return one page of people's ideas and then of topics, each with its buttons.

    `said` is what has just been done. An organizer may take down everyone's ideas.
    """
    everything = [*ideas, *topics]
    pages = max(1, -(-len(everything) // PAGE))
    page = min(max(page, 0), pages - 1)
    shown = everything[page * PAGE : (page + 1) * PAGE]
    wished = [entry for entry in shown if isinstance(entry, IdeaShown)]
    start = [entry for entry in shown if isinstance(entry, Starter)]
    view = discord.ui.LayoutView(timeout=None)
    view.add_item(discord.ui.TextDisplay("\n".join(line for line in (words("ideas-title"), said) if line)))
    if wished:
        view.add_item(discord.ui.Separator())
        view.add_item(discord.ui.TextDisplay(words("ideas-wished")))
    for idea in wished:
        view.add_item(discord.ui.TextDisplay(_entry(words, idea)))
        view.add_item(discord.ui.ActionRow(*_presses(words, idea, organizer=organizer)))
    if start:
        view.add_item(discord.ui.Separator())
        view.add_item(discord.ui.TextDisplay(words("ideas-start")))
    for topic in start:
        press = Press("hostidea", topic.key, label=words("button-hostidea"))
        view.add_item(discord.ui.Section(escape(topic.topic), accessory=press))
    view.add_item(discord.ui.ActionRow(*_navigation(words, page, pages)))
    return view


def _entry(words: Words, idea: IdeaShown) -> str:
    """Return a person's idea in two short lines."""
    by = words("idea-yours") if idea.mine else words("idea-author", author=escape(idea.author))
    facts = [by, words.count("idea-people", idea.supporters)]
    if idea.me_too and not idea.mine:
        facts.append(words("idea-you"))
    return words("entry-topic", topic=escape(idea.topic)) + "\n-# " + " · ".join(facts)


def _presses(words: Words, idea: IdeaShown, *, organizer: bool) -> list[Press]:
    green, blue = discord.ButtonStyle.success, discord.ButtonStyle.primary
    presses = [Press("hostidea", idea.id, label=words("button-hostidea"), style=green)]
    if idea.mine:
        presses.append(Press("dropidea", idea.id, label=words("button-takeback")))
    elif idea.me_too:
        presses.append(Press("notme", idea.id, label=words("button-notme")))
    else:
        presses.append(Press("metoo", idea.id, label=words("button-metoo"), style=blue))
    if organizer and not idea.mine:
        presses.append(Press("dropidea", idea.id, label=words("button-takedown")))
    return presses


def _navigation(words: Words, page: int, pages: int) -> list[Press]:
    presses = [Press("newidea", label=words("button-newidea"), style=discord.ButtonStyle.primary)]
    if pages > 1:
        last = page == pages - 1
        presses.append(Press("ideaspage", page - 1, label=words("button-back"), disabled=page == 0))
        presses.append(Press("ideaspage", page + 1, label=words("button-more"), disabled=last))
    return presses


def idea_form(words: Words) -> discord.ui.Modal:
    """Return the form in which a person puts up an idea."""
    form = discord.ui.Modal(title=words("idea-form-title"), custom_id=IDEA_FORM)
    topic: discord.ui.TextInput[Any] = discord.ui.TextInput(
        custom_id="topic",
        required=True,
        max_length=TOPIC_LENGTH,
        placeholder=words("idea-form-example"),
    )
    label = words("form-topic")
    form.add_item(discord.ui.Label(text=label, description=words("idea-form-about"), component=topic))
    form.stop()  # as the form for a session: discord.py is not to keep it
    return form


def read_idea(data: Any) -> str:
    """Return the topic that a person sent by the form."""
    return str(data["components"][0]["component"]["value"])
