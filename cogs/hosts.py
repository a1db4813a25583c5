"""Looks now and again whether the hosts of what comes are still in the server (nobody tells the bot)."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

import structlog
from discord.ext import commands, tasks

from bot.app import OpenSpaceBot
from bot.desks.verdicts import TROUBLE
from bot.service.hosts import HostCheck

log = structlog.get_logger("hosts")

PAUSE = 60.0
"""Seconds after which what one look has left is looked at."""
MOST, MOST_EACH = 50, 5
"""Requests of one look, in all servers and in one: what is left comes with the next (R21)."""
KNOWN = {10007, 10013}
"""Discord's words for who is no member, and for who does not exist."""


class Hosts(commands.Cog):
    """One timer, for when the next check is due.

    A request that fails is not repeated: the next check, nearer to the start, is another.
    """

    def __init__(self, bot: OpenSpaceBot) -> None:
        self.bot = bot
        self.tried: dict[int, datetime] = {}

    async def cog_load(self) -> None:
        """Begin to look."""
        self.look.start()

    async def cog_unload(self) -> None:
        """Stop; what was not looked at is looked at after the next start."""
        self.look.cancel()

    @tasks.loop(seconds=PAUSE)
    async def look(self) -> None:
        """Look for those hosts for whom it is time."""
        seconds = PAUSE
        try:
            seconds = await self._look()
        except Exception as error:
            log.exception("looking for hosts failed; it is tried again later", reason=str(error))
        self.look.change_interval(seconds=max(seconds, 1.0))

    @look.before_loop
    async def ready(self) -> None:
        """Wait until the servers are known."""
        await self.bot.wait_until_ready()

    async def _look(self) -> float:
        """Look, and return in how many seconds to look again."""
        due, again = await self.bot.service.hosts.to_see()
        self.tried = {c.session.id: at for c in due if (at := self.tried.get(c.session.id)) == c.due}
        asked: Counter[int] = Counter()
        untried = [check for check in due if check.session.id not in self.tried]
        for check in untried:
            here = check.session.guild_id
            if asked[here] < MOST_EACH and asked.total() < MOST:
                asked[here] += await self._see(check)
        left = len(untried) > asked.total()
        return PAUSE if left else (again - self.bot.service.now()).total_seconds()

    async def _see(self, check: HostCheck) -> bool:
        """Ask Discord for one host; return whether it was asked."""
        session = check.session
        guild = self.bot.get_guild(session.guild_id)
        if guild is None or guild.unavailable or not self.bot.service.rules(guild.id).live:
            return False
        self.tried[session.id] = check.due
        try:
            await guild.fetch_member(session.host_id)
            there = True
        except TROUBLE as error:
            if getattr(error, "code", 0) not in KNOWN:
                log.warning("a host could not be looked for", guild=guild.id, error=str(error))
                return True
            there = False
        await self.bot.service.hosts.seen(session, there=there)
        return True


async def setup(bot: OpenSpaceBot) -> None:
    """Called by discord.py when the extension is loaded."""
    await bot.add_cog(Hosts(bot))
