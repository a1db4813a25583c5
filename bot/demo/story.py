"""How the tour tells and checks: who does what, what they read, and what is not as it should be."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any, TypeVar

import discord
import typer
from simcord import InteractionResult

from bot.demo.reading import Message, buttons, menus, plain, read
from bot.demo.world import World
from bot.domain.models import Session
from bot.domain.records import Kind

INDENT = " " * 7

T = TypeVar("T")


class Wrong(Exception):  # noqa: N818 - the tour's verdict, not a fault of its own
    """Something is not as the bot promises."""


class Story:
    """A day as it is told and checked."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.kept: dict[str, Message] = {}
        """What somebody leaves open on their screen for later, by their name."""
        self._clock = ""

    # -------------------------------------------------------------------- telling

    def tell(self, text: str) -> None:
        """Tell what happens; the time stands before the first line that is told of it."""
        clock = f"{self.world.now():%H:%M}"
        margin = typer.style(f"{clock}  ", bold=True) if clock != self._clock else INDENT
        if clock != self._clock:
            typer.echo()
        self._clock = clock
        typer.echo(margin + text)

    def quote(self, message: Message, language: str = "en-US", most: int = 8) -> None:
        """Show what is read in a message, and the menus and buttons under it."""
        lines = read(self.world, message, language)
        labels = list(dict.fromkeys([*menus(message).values(), *buttons(message).values()]))
        if len(lines) > most:
            lines[most:] = ["…"]
        if labels:
            lines.append("  ".join(f"[{label}]" for label in labels))
        for line in lines:
            self.line(line)

    def line(self, text: str) -> None:
        """Show one line that somebody reads."""
        typer.echo(INDENT + typer.style("│ " + text, fg="cyan"))

    def act(self, text: str) -> None:
        """Show what somebody does."""
        typer.echo(INDENT + typer.style(text, fg="yellow"))

    # ------------------------------------------------------------------- checking

    def expect(self, condition: object, what: str) -> None:
        """Go on if the condition holds; else end the tour with what should have been so."""
        self.need(True if condition else None, what)

    def need(self, value: T | None, what: str) -> T:
        """Return what must be there; else end the tour."""
        if value is None:
            why = f" (the bot itself reports: {self.world.faults[-1]})" if self.world.faults else ""
            raise Wrong(f"At {self.world.now():%H:%M} this should be so, but is not: {what}{why}")
        return value

    def sound(self) -> None:
        """Check that the bot itself noticed no fault."""
        self.expect(not self.world.faults, "the bot reports no fault")
        errors = self.world.env.errors
        self.expect(not errors, f"no error comes out of the bot: {errors}")

    async def session(self, topic: str) -> Session:
        """Return the one session with this topic."""
        found = [card.session for card in await self.world.cards() if card.session.topic == topic]
        self.expect(len(found) == 1, f"there is one session “{topic}”, not {len(found)}")
        return found[0]

    def desks(self) -> list[str]:
        """Return the names of the desks' channels."""
        channels = self.world.config.channels
        return [name for name in self._inside(channels.area) if name not in {channels.board, channels.news}]

    def board(self, most: int, *lines: str) -> None:
        """Show the board, which has to have these lines."""
        name = self.world.config.channels.board
        self.expect(name in self.world.guild.channels, "there is a board")
        board = self.world.board()
        self.quote(board, most=most)
        text = "\n".join(read(self.world, board))
        for line in lines:
            self.expect(line in text, f"the board says “{line}”")

    def news(self) -> discord.Message:
        """Return the last of the news."""
        news = self.world.place(self.world.config.channels.news)
        return self.need(news.last_message, "something is said in the channel for news")

    def archived_words(self) -> int:
        """Return in how many channels of the archive somebody but the bot has written."""
        backend, names = self.world.env.backend, self.archive()
        me = backend.bot_user.id
        ours = [c for c in backend.channels.values() if c.name in names]
        return sum(any(m.author_id != me for m in backend.messages.get(c.id, {}).values()) for c in ours)

    def archive(self) -> list[str]:
        """Return the names of the channels in the archive."""
        return self._inside(self.world.config.channels.archive_area)

    def _inside(self, category: str) -> list[str]:
        channels = self.world.env.backend.channels.values()
        parents = {channel.id for channel in channels if channel.name == category}
        return [str(channel.name) for channel in channels if channel.parent_id in parents]

    async def voice(self, topic: str, *names: str) -> None:
        """Let people walk into a desk's voice channel."""
        desk = await self.world.desk(topic)
        self.expect(Kind.VOICE in desk, f"“{topic}” has a voice channel")
        for name in names:
            await self.world.people[name].actor.join_voice(desk[Kind.VOICE])

    async def leave(self, *names: str) -> None:
        """Let people leave voice."""
        for name in names:
            await self.world.people[name].actor.leave_voice()

    async def written(self, topic: str, kind: Kind = Kind.TEXT) -> list[discord.Message]:
        """Return what was said in a desk's channel, oldest first, without card and Discord's notes."""
        desk = await self.world.desk(topic)
        self.expect(kind in desk, f"“{topic}” has a {kind} channel")
        said = desk[kind].history()
        return [each for each in said if each.content and each.type is discord.MessageType.default]

    async def card(self, topic: str) -> discord.Message:
        """Return the card that is pinned in a desk's text channel."""
        pinned = (await self.world.desk(topic))[Kind.TEXT].pinned_messages()
        return self.need(pinned[0] if pinned else None, f"“{topic}” has a card")

    async def opening(self, topic: str, *guests: str) -> None:
        """Show the card by which a desk has opened; it mentions each of these guests once."""
        card = await self.card(topic)
        self.quote(card)
        called = Counter(re.findall(r"<@\d+>", str([part.to_dict() for part in card.components])))
        for name in guests:
            mention = self.world.people[name].actor.mention
            self.expect(called[mention] == 1, f"{name}, who is to come, is mentioned once")

    def asked(self, method: str, ending: str, since: int = 0) -> int:
        """Return how many requests of a kind the bot has made of Discord."""
        made = self.world.env.http_requests[since:]
        return sum(request.method == method and request.path.endswith(ending) for request in made)

    # --------------------------------------------------------------------- acting

    async def slash(self, name: str, command: str, *, quoted: bool = True, **options: str | int) -> Message:
        """Let somebody send a command; return what they read, which nobody else sees."""
        typed = "".join(f" {option}:{plain(self.world, str(value))}" for option, value in options.items())
        self.act(f"{name}: /{command}{typed}")
        actor = self.world.people[name].actor
        return self._answer(await actor.slash(self.world.lobby, command, **options), name, quoted=quoted)

    async def press(self, name: str, message: Message, beginning: str, most: int = 8) -> Message:
        """Let somebody press the first button whose custom_id begins so; return what they read then."""
        return self._answer(await self._click(name, message, beginning), name, most=most)

    async def open_form(self, name: str, message: Message, beginning: str) -> InteractionResult:
        """Let somebody press the first button whose custom_id begins so; return the form that opens."""
        form = await self._click(name, message, beginning)
        self.expect(form.modal, f"{name} gets a form")
        return form

    async def _click(self, name: str, message: Message, beginning: str) -> InteractionResult:
        ids = [each for each in buttons(message) if each.startswith(beginning)]
        self.expect(ids, f"{name} has a button {beginning}")
        self.act(f"{name} presses [{buttons(message)[ids[0]]}]")
        return await self.world.people[name].actor.click(message, custom_id=ids[0])

    async def choose(self, name: str, message: Message, topic: str) -> Message:
        """Let somebody choose a session in the first menu of a message; return what they read then."""
        session, ids = await self.session(topic), [*menus(message)]
        self.expect(ids, f"{name} has a menu")
        self.act(f"{name} chooses in [{menus(message)[ids[0]]}]: {topic}")
        actor = self.world.people[name].actor
        return self._answer(await actor.select(message, [str(session.id)], custom_id=ids[0]), name)

    async def fill_in(
        self, name: str, form: InteractionResult, values: dict[str, Any], most: int = 8
    ) -> Message:
        """Let somebody fill in a form and send it; return what they read then."""
        words = [value for value in values.values() if isinstance(value, str) and value]
        typed = " · ".join(" / ".join(value.splitlines()) for value in words)
        title = (form.modal or {})["title"]
        self.act(f"{name} fills in “{title}”: {typed}")
        return self._answer(await self.world.people[name].actor.submit_modal(form, values), name, most=most)

    def _answer(self, result: InteractionResult, name: str, *, quoted: bool = True, most: int = 8) -> Message:
        self.expect(result.acknowledged, f"{name} is answered within 3 seconds")
        answer = result.followups[-1] if result.followups else result.response
        answer = self.need(answer, f"{name} reads an answer")
        self.expect(answer.ephemeral, f"only {name} sees the answer")
        if quoted and most:
            self.quote(answer, self.world.people[name].language, most)
        return answer
