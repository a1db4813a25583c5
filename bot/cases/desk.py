"""Keeps what only organizers see as it should be: a message for each case and each person sent out.

It looks when something changes, and when the next thing is due. Each message has a time limit and a boundary
of its own (R21), and is edited at most once in five seconds however many reports come. Nothing is shown in a
channel that everyone can see; what is there when a channel becomes one, is deleted, as all is once organizers
have closed Open Space. And it tells those who reported what came of it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

import discord
import structlog

from bot.cases.readers import Readers
from bot.cases.show import Shown, custom_ids, find, nonce, show
from bot.desks.verdicts import TROUBLE, Verdict, verdict, wait_of
from bot.domain.reports import Case, Posted, Untold
from bot.permissions import is_private, organizers_channels, writable
from bot.service import Service
from bot.service.bulletins import Bulletin, Bulletins
from bot.ui import cases, reports
from bot.ui.exchange import QUIET
from bot.ui.words import WordsIn, words_for

log = structlog.get_logger("cases")

LOOKS_APART = 0.25
"""Seconds between a change and the look for it, and between two looks at one guild."""
EDIT_PAUSE = timedelta(seconds=5)
"""The least time between two edits of a message."""
NEWS_PAUSE = timedelta(minutes=5)
"""The least time between two words of new reports in one case."""
UNDO = timedelta(seconds=20)
"""How long reporters are not told of an act: within it, it can be taken back without a word."""
DIRECT = 10
"""Reporters of one case who are told by direct messages; Discord takes many for a flood."""
LIMIT = 30.0
"""Seconds that one piece of work may take."""
BACKOFF = (10.0, 30.0, 60.0, 300.0, 600.0)
"""Seconds until what failed is tried again, by how often it has."""
NEVER = float("inf")


@dataclass(slots=True)
class _Desk:
    """What is remembered of one guild; all of it may be lost at any time.

    `untold` are those whose next command tells them what came of their report, by case; `busy`: there is
    something that time or a change of a session may change. `again`: what changed while it was worked on.
    """

    next: tuple[float, asyncio.TimerHandle] | None = None
    look: asyncio.Task[None] | None = None
    dirty: bool = False
    busy: bool = False
    homeless: int = 0
    untold: dict[int, list[int]] = field(default_factory=dict)
    running: dict[object, asyncio.Task[None]] = field(default_factory=dict)
    again: set[object] = field(default_factory=set)
    failures: dict[object, tuple[int, float]] = field(default_factory=dict)


class CaseDesk:
    """What only organizers see, in every guild. Others call only `wake`, `changed` and what they ask."""

    def __init__(self, client: discord.Client, service: Service, words: WordsIn) -> None:
        self._client = client
        self._service = service
        self._words_in = words
        self._desks: dict[int, _Desk] = {}
        self._readers = Readers()
        self._closed = False

    def wake(self, guild_id: int) -> None:
        """Look at a guild after a short while."""
        desk = self._of(guild_id)
        if desk.look:
            desk.dirty = True
        else:
            self._look_in(guild_id, LOOKS_APART)

    def changed(self, guild_id: int) -> None:
        """Something has changed in a guild, perhaps a session that a case is about."""
        closed = self._service.rules(guild_id).closed is not None
        if closed or (guild_id in self._desks and self._desks[guild_id].busy):
            self.wake(guild_id)

    def homeless(self, guild_id: int) -> int:
        """Return how many open cases only `/openspace-admin reports` shows: no channel is private."""
        return self._desks[guild_id].homeless if guild_id in self._desks else 0

    def forget(self, guild_id: int) -> None:
        """Stop looking after a guild that the bot has left."""
        if guild_id in self._desks:
            _stop(self._desks.pop(guild_id))

    async def close(self) -> None:
        """Stop at once; what is under way is found again at the next start."""
        self._closed = True
        tasks = [task for desk in self._desks.values() for task in _stop(desk)]
        await asyncio.gather(*tasks, return_exceptions=True)

    def _of(self, guild_id: int) -> _Desk:
        return self._desks.setdefault(guild_id, _Desk())

    def _look_in(self, guild_id: int, seconds: float) -> None:
        desk, loop = self._of(guild_id), asyncio.get_running_loop()
        at = loop.time() + seconds
        if self._closed or seconds == NEVER or (desk.next and desk.next[0] <= at):
            return
        if desk.next:
            desk.next[1].cancel()
        desk.next = at, loop.call_at(at, self._begin, guild_id)

    def _begin(self, guild_id: int) -> None:
        desk = self._of(guild_id)
        desk.next = None
        if desk.look:
            desk.dirty = True
        else:
            desk.look = asyncio.create_task(self._run(guild_id, desk), name=f"cases of {guild_id}")

    async def _run(self, guild_id: int, desk: _Desk) -> None:
        desk.dirty = False
        try:
            seconds = await self._look(guild_id, desk)
        except Exception:  # the guild's own boundary (R21)
            log.exception("a look at the cases failed", guild=guild_id)
            seconds = LIMIT
        desk.look = None
        if self._desks.get(guild_id) is desk:
            self._look_in(guild_id, LOOKS_APART if desk.dirty else seconds)

    async def _look(self, guild_id: int, desk: _Desk) -> float:
        """Start what is to be done; return in how many seconds to look again."""
        found = await self._service.bulletins.read(guild_id, cases.SHOWN)
        desk.untold = {}
        for each in found.untold:
            if not each.direct:
                desk.untold.setdefault(each.reporter_id, []).append(each.case_id)
        desk.busy = bool(found.all)
        guild = self._client.get_guild(guild_id)
        if guild is None or guild.unavailable or guild.me is None:
            return LIMIT if found.all or found.untold else NEVER
        rules = self._service.rules(guild_id)
        channel = next(
            filter(is_private, organizers_channels(guild, rules.server.channels.organizers_channel)), None
        )
        desk.homeless = 0 if channel else found.open_cases
        waits = await self._outcomes(guild, desk, found)
        await self._hide(guild, desk, found, every=rules.closed is not None)
        if rules.closed is None:
            waits += [self._bulletin(guild, desk, each, channel) for each in found.all]
        now = asyncio.get_running_loop().time()
        later = [until - now for _, until in desk.failures.values() if until > now]
        return min([*waits, *later], default=NEVER)

    async def _hide(self, guild: discord.Guild, desk: _Desk, found: Bulletins, *, every: bool) -> None:
        """Delete what stands in a channel that everyone can see by now; all of it once all is over."""
        channels = (guild.get_channel(channel_id) for channel_id in found.channels)
        shown = [c for c in channels if isinstance(c, discord.TextChannel) and (every or not is_private(c))]
        if shown:
            for each in await self._service.bulletins.in_channels(guild.id, [c.id for c in shown]):
                self._start(guild, desk, each, partial(self._delete, guild, each))

    async def _delete(self, guild: discord.Guild, each: Posted) -> None:
        channel = guild.get_channel(each.channel_id or 0)
        if isinstance(channel, discord.TextChannel):
            await channel.get_partial_message(each.message_id or 0).delete()
        await self._service.bulletins.gone(each)
        self.wake(guild.id)

    def _bulletin(
        self, guild: discord.Guild, desk: _Desk, each: Bulletin, channel: discord.TextChannel | None
    ) -> float:
        """Start bringing one message up to date; return in how many seconds that may be due again."""
        posted, now = each.posted, self._service.now()
        there = guild.get_channel(posted.channel_id or 0) if posted.message_id else None
        if isinstance(there, discord.TextChannel) and is_private(there):
            channel = writable(guild, there.id)
        elif posted.message_id and there is not None:
            return NEVER  # it is being deleted there
        if posted.message_id and posted.edited and now < posted.edited + EDIT_PAUSE:
            return (posted.edited + EDIT_PAUSE - now).total_seconds()
        if channel or each.over(now):
            lost = posted.message_id is not None and there is None
            self._start(guild, desk, posted, partial(self._show, guild, each, channel, lost=lost))
        session = each.session
        turns = (session.start, session.end) if session and session.active else ()
        due = [at for at in (*turns, self._news_due(each)) if at and at > now]
        return min(((at - now).total_seconds() + 1 for at in due), default=NEVER)

    @staticmethod
    def _news_due(each: Bulletin) -> datetime | None:
        """Return when organizers are to hear of more reports in a case than they have been told of."""
        posted, case = each.posted, each.case
        if case is None or case.closed or not posted.message_id or case.count <= posted.news:
            return None
        return posted.news_at and posted.news_at + NEWS_PAUSE

    async def _show(
        self, guild: discord.Guild, each: Bulletin, channel: discord.TextChannel | None, *, lost: bool
    ) -> None:
        """Send or edit one message, tell of new reports, leave it when it has shown the last."""
        posted, service, now = each.posted, self._service.bulletins, self._service.now()
        if lost:
            await service.gone(posted)
            self.wake(guild.id)
            return
        if posted.message_id and each.case is None and each.out is None:  # its people are forgotten
            await self._delete(guild, posted)
            return
        if channel is None or (not posted.message_id and each.over(now)):
            await service.done(posted)
            return
        named = each.case is None or not await self._readers.among(channel, each.case.involved)
        words = self._words_in(guild.id)
        drawn = show(words, each, now, named=named)
        if not posted.message_id:
            await self._send(channel, each, drawn)
        elif posted.picture != drawn.picture:
            message = channel.get_partial_message(posted.message_id)
            await message.edit(view=drawn.view, allowed_mentions=QUIET)
            await service.shown(posted, posted.message_id, drawn.picture)
            self.wake(guild.id)
        elif each.over(now):
            await service.done(posted)
        elif each.case and (due := self._news_due(each)) and due <= now:
            await service.noticed(posted, each.case.count)
            fields = {"number": each.case.id, "n": each.case.count, "link": _link(posted, guild)}
            text = words("case-news", **fields)
            name = nonce("news", each.case.id, each.case.count)
            await channel.send(text, allowed_mentions=QUIET, nonce=name)

    async def _send(self, channel: discord.TextChannel, each: Bulletin, drawn: Shown) -> None:
        """Send a message for the first time; one whose answer was lost is looked for first (R14)."""
        posted, service = each.posted, self._service.bulletins
        count = each.case.count if each.case else 0
        if posted.asked and posted.channel_id == channel.id:
            known = await find(channel, channel.guild.me.id, custom_ids(posted))
            if known:
                await service.shown(posted, known, "", count)
                self.wake(channel.guild.id)
                return
        at = posted.asked or self._service.now()
        await service.asking(posted, channel.id, at)
        name = nonce(posted.kind, posted.about, int(at.timestamp()))
        sent = await channel.send(view=drawn.view, allowed_mentions=QUIET, nonce=name)
        await service.shown(posted, sent.id, drawn.picture, count)
        self.wake(channel.guild.id)

    async def _outcomes(self, guild: discord.Guild, desk: _Desk, found: Bulletins) -> list[float]:
        """Start telling reporters what came of it; return in how many seconds more of that is due."""
        waits, direct, now = list[float](), dict[int, list[Untold]](), self._service.now()
        for each in found.untold:
            case = found.told_about.get(each.case_id)
            if not each.direct or case is None or case.outcome is None:
                continue
            wait = (case.outcome.at + UNDO - now).total_seconds()
            if wait > 0:
                waits.append(wait)
            else:
                direct.setdefault(each.case_id, []).append(each)
        for case_id, people in direct.items():
            if len(people) > DIRECT:
                await self._service.reports.no_direct(case_id, [p.reporter_id for p in people[DIRECT:]])
                desk.dirty = True
            for each in people[:DIRECT]:
                case = found.told_about[case_id]
                self._start(guild, desk, each, partial(self._tell, guild, each, case))
        return waits

    async def _tell(self, guild: discord.Guild, each: Untold, case: Case) -> None:
        """Tell one reporter by a direct message; where that cannot be, their next command does."""
        text = reports.outcome(words_for(each.language), case, guild.name)
        try:
            channel = await self._client.create_dm(discord.Object(each.reporter_id))
            name = nonce("outcome", case.id, each.reporter_id, len(case.acts))
            await channel.send(text, allowed_mentions=QUIET, nonce=name)
        except discord.HTTPException as error:
            if verdict(error) in {Verdict.AGAIN, Verdict.WAIT}:
                raise
            await self._service.reports.no_direct(each.case_id, [each.reporter_id])
        else:
            await self._service.reports.told(each.case_id, each.reporter_id)
        self.wake(guild.id)

    async def tell_next(self, interaction: discord.Interaction) -> None:
        """Tell who has just used a command what came of their report, where no message reached them."""
        guild_id, user_id = interaction.guild_id, interaction.user.id
        desk = self._desks.get(guild_id or 0)
        if guild_id is None or desk is None or user_id not in desk.untold:
            return
        if not interaction.response.is_done() or (
            interaction.response.type is discord.InteractionResponseType.modal
        ):
            return
        try:
            for case_id in desk.untold.pop(user_id):
                case = await self._service.reports.mine(guild_id, case_id, user_id)
                server = interaction.guild.name if interaction.guild else ""
                text = reports.outcome(words_for(interaction.locale), case, server)
                await interaction.followup.send(text, ephemeral=True, allowed_mentions=QUIET)
                await self._service.reports.told(case_id, user_id)
        except Exception:  # what they asked for is done and answered: their next command is another try
            log.exception("a reporter was not told", guild=guild_id)
        self.wake(guild_id)

    def _start(
        self, guild: discord.Guild, desk: _Desk, about: Posted | Untold, work: Callable[[], Awaitable[None]]
    ) -> None:
        """Start one piece of work, unless one about the same is under way, or waits after a failure."""
        key = _key(about)
        _, until = desk.failures.get(key, (0, -NEVER))
        if key in desk.running:
            desk.again.add(key)
        elif until <= asyncio.get_running_loop().time():
            task = asyncio.create_task(self._carry_out(guild, desk, about, work), name=f"case {key}")
            desk.running[key] = task

    async def _carry_out(
        self, guild: discord.Guild, desk: _Desk, about: Posted | Untold, work: Callable[[], Awaitable[None]]
    ) -> None:
        """Do one piece of work within its time; whatever comes of it, the others go on (R21)."""
        key = _key(about)
        try:
            async with asyncio.timeout(LIMIT):
                await work()
        except Exception as error:  # noqa: BLE001 - its own boundary; `_failed` logs it
            await self._failed(guild, desk, about, error)
            self.wake(guild.id)
        else:
            desk.failures.pop(key, None)
        finally:
            desk.running.pop(key, None)
            if key in desk.again:
                desk.again.discard(key)
                self.wake(guild.id)

    async def _failed(
        self, guild: discord.Guild, desk: _Desk, about: Posted | Untold, error: Exception
    ) -> None:
        """Decide what follows from what Discord made of it (R16)."""
        key, known, seconds = _key(about), isinstance(error, TROUBLE), 0.0
        log.warning("a case was not shown", guild=guild.id, about=str(key), exc_info=None if known else error)
        found = verdict(error) if known else Verdict.AGAIN
        if isinstance(about, Posted) and found is Verdict.GONE and about.message_id:
            await self._service.bulletins.gone(about)
            return
        if isinstance(about, Posted) and found is Verdict.PLAINER and not about.plain:
            await self._service.bulletins.plainer(about)
            return
        if found is Verdict.WAIT:
            seconds = wait_of(error)
        count = desk.failures.get(key, (0, 0.0))[0]
        seconds = seconds or BACKOFF[min(count, len(BACKOFF) - 1)]
        desk.failures[key] = count + 1, asyncio.get_running_loop().time() + seconds


def _key(about: Posted | Untold) -> tuple[object, ...]:
    if isinstance(about, Posted):
        return about.kind, about.about
    return "tell", about.case_id, about.reporter_id


def _stop(desk: _Desk) -> list[asyncio.Task[None]]:
    if desk.next:
        desk.next[1].cancel()
    tasks = [task for task in (desk.look, *desk.running.values()) if task]
    for task in tasks:
        task.cancel()
    return tasks


def _link(posted: Posted, guild: discord.Guild) -> str:
    return f"https://discord.com/channels/{guild.id}/{posted.channel_id}/{posted.message_id}"
