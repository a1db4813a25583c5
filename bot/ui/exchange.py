"""What passes between one interaction and Discord: acknowledged in time, by one request if possible."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum
from functools import partial
from types import TracebackType
from typing import Any, ClassVar, Self

import discord
import structlog

from bot import clock
from bot.domain.names import clean_line
from bot.ui.command_links import links_of

log = structlog.get_logger("answer")

MISSING: Any = discord.utils.MISSING
QUIET = discord.AllowedMentions.none()
QUICK = 0.3
"""Seconds in which work that is done is the interaction's own response; slower work is acknowledged first."""
FORM_WAIT = 2.0
"""Seconds that a form may take to open: it can only be the first response, which Discord awaits for 3 s."""
CROWD = 50
"""Answers under way at once, above which each is acknowledged before its work: most would be slow (R15)."""
STALE = timedelta(seconds=1)
"""The age at which an interaction is acknowledged before its work: Discord may have given it up by then."""
ACKNOWLEDGED = 40060
"""Discord's word for an interaction that has had its first response."""
TOO_LATE = {10062, 10015, 50027, ACKNOWLEDGED}
"""Discord's words for an interaction that is over: unknown, unknown webhook, invalid token, acknowledged."""

FILE_LIMIT, FILES_LIMIT = 8 * 2**20, 2 * 2**20
"""Octets in one file, and in all files of a message that go as they are. Discord takes 10 MiB a file
(https://docs.discord.com/developers/reference#uploading-files), but each request has its time limit (R21)."""
ABOUT_LENGTH = 1024
"""Code points that say what a file shows."""
View = discord.ui.View | discord.ui.LayoutView
Send = Callable[[], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that goes with an answer."""

    name: str
    data: bytes
    about: str = ""
    """What a picture shows, for who cannot see it."""

    def opened(self) -> discord.File:
        """Return it as discord.py sends it: once, so each try needs its own."""
        about = clean_line(self.about, ABOUT_LENGTH) or None
        return discord.File(io.BytesIO(self.data), self.name, description=about)


@dataclass(slots=True)
class Reply:
    """What a person gets to read: words with buttons under them, or a layout that carries its own words."""

    text: str | None = None
    view: View | None = None
    files: Sequence[Attachment] = ()
    about: int | None = None
    """The session of which this says what was done: in a private message its panel stands below."""
    says: Collection[str] = ()
    """What of `joined`, `reminded` and `where` it says itself: the panel below leaves that out."""
    then: Callable[[], None] | None = None
    """Called once the words are shown, so that a later change of them cannot come before."""

    def __post_init__(self) -> None:
        if self.view:
            self.view.stop()  # what its buttons do stands in their custom_ids: discord.py need not keep it


Question = Callable[[], Awaitable[Reply | None]]
"""Draws a public question as it is by then; None where that is what it says."""


class Ack(Enum):
    """What the answer will be, and so how slow work is acknowledged before it is done (R15)."""

    THINK = "a new message that only the person sees"
    UPDATE = "the message with the button is changed"
    FORM = "a form is opened: nothing else may be said before"


class Exchange:
    """One interaction's responses. Used as a context; `begin` starts its time.

    `own`: it came from a message that only its reader sees, which gives way to whatever is said. With
    `question` it came from a public question, which says what is so by then, beside the private answer.
    """

    _under_way: ClassVar[int] = 0

    def __init__(
        self,
        interaction: discord.Interaction,
        ack: Ack,
        *,
        own: bool = False,
        question: Question | None = None,
    ) -> None:
        self._interaction, self._own = interaction, own
        self._ack = Ack.UPDATE if question else ack
        self._asked, self._question = question is not None, question
        self._timer: asyncio.TimerHandle | None = None
        self._deferral: asyncio.Task[None] | None = None
        self.message_id: int | None = None
        """The message in which the answer stands, once it does."""
        self._unsure = False
        """Whether Discord may have had a first response of ours whose answer was lost."""

    def __enter__(self) -> Self:
        Exchange._under_way += 1
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        Exchange._under_way -= 1
        if self._timer:
            self._timer.cancel()

    @property
    def acknowledged(self) -> bool:
        """Whether Discord has had the first response, as far as is known."""
        return self._interaction.response.is_done()

    async def begin(self) -> None:
        """Let the acknowledgement come beside the work once that is slow; at once where it is sure to be.

        Raises what Discord says against an acknowledgement at once: then nothing has been done.
        """
        late = clock.age(self._interaction.created_at) > STALE
        if self._ack is not Ack.FORM and (late or Exchange._under_way > CROWD):
            await self._defer()
        else:
            wait = FORM_WAIT if self._ack is Ack.FORM else QUICK
            self._timer = asyncio.get_running_loop().call_later(wait, self._start_deferral)

    async def settled(self) -> None:
        """The work is done: acknowledge no more, and let an acknowledgement that is under way arrive."""
        if self._timer:
            self._timer.cancel()
        if self._deferral:
            await self._deferral
        if self._question:
            question, self._question = self._question, None
            await self._renew(question)

    async def _renew(self, question: Question) -> None:
        """Change the public question that was pressed, where it is not so any more."""
        try:
            if drawn := await question():
                await self._first(partial(self._update, drawn), partial(self._edit, drawn))
        except Exception as error:  # noqa: BLE001 - the question only grows old; the answer is to come
            log.warning("a question was not drawn anew", interaction=self._interaction.id, error=str(error))

    async def show(self, reply: Reply) -> None:
        """Show the answer where it belongs; for `UPDATE` in place of the message with the button."""
        if self._asked:
            await self.say(reply, beside=True)
            return
        self._link(reply)
        respond = self._update if self._ack is Ack.UPDATE else self._send
        await self._first(partial(respond, reply), partial(self._edit, reply))

    async def say(self, reply: Reply, *, beside: bool = False) -> None:
        """Say why not: in place of a message of the reader's own, else `beside` the one with the button."""
        self._link(reply)
        own = self._own and not beside
        later = self._follow if self._ack is Ack.UPDATE and not own else self._edit
        await self._first(partial(self._update if own else self._send, reply), partial(later, reply))

    async def open(self, form: discord.ui.Modal) -> None:
        """Open a form, which can only be the first response."""
        await self._respond(partial(self._interaction.response.send_modal, form))

    def _link(self, reply: Reply) -> None:
        """Let people click the commands that a reply names."""
        links = links_of(self._interaction.client)
        reply.text = links.linked(reply.text) if reply.text else reply.text
        if isinstance(reply.view, discord.ui.LayoutView):
            links.link(reply.view)

    def _start_deferral(self) -> None:
        self._deferral = asyncio.create_task(self._defer_beside())

    async def _defer_beside(self) -> None:
        """Acknowledge while the work goes on, which is not to suffer from whatever becomes of this."""
        try:
            await self._respond(self._defer)
        except Exception as error:  # noqa: BLE001 - the answer is tried all the same, and says what is wrong
            log.warning("the acknowledgement failed", interaction=self._interaction.id, error=str(error))

    async def _first(self, respond: Send, later: Send) -> None:
        """Respond; where that has been done, perhaps by a request whose answer was lost, go on from there."""
        if not self.acknowledged:
            try:
                await self._respond(respond)
            except discord.HTTPException as error:
                if error.code != ACKNOWLEDGED or not self._unsure:
                    raise
            else:
                return
        await later()

    async def _respond(self, respond: Send) -> None:
        try:
            await respond()
        except Exception as error:
            self._unsure |= not isinstance(error, discord.HTTPException) or error.status >= 500
            raise

    async def _defer(self) -> None:
        await self._interaction.response.defer(ephemeral=True, thinking=self._ack is not Ack.UPDATE)

    async def _send(self, reply: Reply) -> None:
        view: Any = reply.view or MISSING
        files: Any = _opened(reply) or MISSING
        send = self._interaction.response.send_message
        sent = await send(reply.text, ephemeral=True, allowed_mentions=QUIET, view=view, files=files)
        self.message_id = sent.message_id

    async def _update(self, reply: Reply) -> None:
        edit = self._interaction.response.edit_message
        with_files: Any = {"attachments": _opened(reply)} if reply.files else {}
        await edit(content=reply.text, view=reply.view, allowed_mentions=QUIET, **with_files)
        self.message_id = self._interaction.message.id if self._interaction.message else None

    async def _edit(self, reply: Reply) -> None:
        edit = self._interaction.edit_original_response
        with_files: Any = {"attachments": _opened(reply)} if reply.files else {}
        edited = await edit(content=reply.text, view=reply.view, allowed_mentions=QUIET, **with_files)
        self.message_id = edited.id

    async def _follow(self, reply: Reply) -> None:
        view: Any = reply.view or MISSING
        send = self._interaction.followup.send
        files: Any = _opened(reply) or MISSING
        await send(reply.text or "", ephemeral=True, allowed_mentions=QUIET, view=view, files=files)


def _opened(reply: Reply) -> list[discord.File]:
    return [file.opened() for file in reply.files]
