"""Many people and two organizers act in one moment, by the use cases themselves."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from bot.domain.refusal import Refusal
from bot.domain.reports import Deed
from bot.service import Person
from bot.service.reports import About
from bot.store.drafts import Draft

if TYPE_CHECKING:
    from tests.desks.player import Player

Wish = Callable[[], Awaitable[Any]]


async def rush(player: Player) -> None:
    """All at once; whoever is refused is refused by a rule."""
    world, count = player.world, player.rng.randint(4, 12)
    wishes = [_Someone(player).picks() for _ in range(count)]
    player.told[-1] += f" {[wish.__name__ for wish in wishes]}"
    with world.env._bot_scope():
        for done in await asyncio.gather(*(wish() for wish in wishes), return_exceptions=True):
            if isinstance(done, BaseException) and not isinstance(done, Refusal):
                raise done
    await world.env.settle()


class _Someone:
    """One who is about to do something; all is chosen before anything happens, so that a seed repeats it."""

    def __init__(self, player: Player) -> None:
        pick, world = player.rng.choice, player.world
        self.pick, self.service, self.here, self.now = (
            pick,
            world.bot.service,
            world.guild.id,
            world.env.now(),
        )
        self.who, self.other = (player.as_person(player.somebody()) for _ in range(2))
        self.boss = Person(world.organizer().id, "boss", organizer=True)
        self.session, self.number = int(player.session()), player.rng.randint(1, 4)
        host = player.host_of(str(self.session))
        self.theirs = player.as_person(host) if host else self.other
        self.topic, self.limit = player.topic(), pick([1, 2, 3, player.limit])
        self.then = world.env.now() + timedelta(minutes=pick([0, 7, 40]))
        self.minutes, self.when = pick([10, 15, 30]), pick(["now", "now", "in 5 minutes", "in 30 minutes"])
        self.yes, self.deed = pick([True, False]), pick([Deed.DISMISSED, Deed.ANSWERED, Deed.REOPENED])

    def picks(self) -> Wish:
        people: list[Wish] = [
            self.join, self.join, self.host, self.host, self.leave, self.extend, self.end, self.share,
        ]  # fmt: skip
        crew: list[Wish] = [
            self.pause, self.resume, self.move, self.cancel, self.close, self.change, self.announce,
            self.block, self.unblock, self.give, self.send_out, self.let_in, self.rebook, self.report,
        ]  # fmt: skip
        return self.pick(self.pick([people, crew]))

    async def join(self) -> None:
        await self.service.guests.join(self.here, self.session, self.who)

    async def leave(self) -> None:
        await self.service.guests.leave(self.here, self.session, self.who)

    async def host(self) -> None:
        draft = Draft(self.who.id, self.topic, "", self.when, self.minutes)
        await self.service.hosting.host(self.here, self.who, draft)

    async def extend(self) -> None:
        await self.service.changes.extend(self.here, self.session, self.theirs, self.minutes)

    async def end(self) -> None:
        await self.service.changes.end(self.here, self.session, self.theirs, "")

    async def pause(self) -> None:
        await self.service.organizing.pause(self.here, self.boss, self.topic)

    async def resume(self) -> None:
        await self.service.organizing.resume(self.here, self.boss)

    async def move(self) -> None:
        await self.service.edits.edit(self.here, self.session, self.boss, start=self.then, reason=self.topic)

    async def cancel(self) -> None:
        await self.service.changes.cancel(self.here, self.session, self.boss, self.topic)

    async def close(self) -> None:
        await self.service.changes.end(self.here, self.session, self.boss, self.topic)

    async def change(self) -> None:
        revisions, values = self.service.revisions, {"conference.parallel_limit": self.limit}
        made = await revisions.wish(self.here, self.boss, values)
        if not made.done:
            made = await revisions.confirm(self.here, self.boss, made.id, keep_all=True)
        if self.yes and made.id:
            await revisions.undo(self.here, self.boss, made.id)

    async def announce(self) -> None:
        shown = await self.service.announcing.preview(self.here, self.boss, self.topic, 1)
        sends = (self.service.announcing.send(self.here, self.boss, shown.id) for _ in range(2))
        await asyncio.gather(*sends)

    async def block(self) -> None:
        await self.service.blocking.block(self.here, self.boss, self.who, self.topic)
        if self.yes:
            await self.service.blocking.cancel_all(self.here, self.boss, self.who.id, self.topic)

    async def unblock(self) -> None:
        await self.service.blocking.unblock(self.here, self.boss, self.who.id)

    async def give(self) -> None:
        await self.service.offers.host(self.here, self.session, self.boss, self.who)
        if self.yes:
            await self.service.offers.take_over(self.here, self.session, self.who)

    async def share(self) -> None:
        await self.service.cohosts.cohost(self.here, self.session, self.theirs, self.who)
        if self.yes:
            await self.service.offers.share(self.here, self.session, self.who)

    async def send_out(self) -> None:
        by = self.boss if self.yes else self.theirs
        await self.service.outs.send_out(self.here, self.session, by, self.who, self.topic, there=True)

    async def let_in(self) -> None:
        await self.service.outs.let_in(self.here, self.number, self.boss)

    async def rebook(self) -> None:
        await self.service.restoring.rebook(self.here, self.session, self.boss)

    async def report(self) -> None:
        about = About(session_id=self.session)
        made = await self.service.reports.report(
            self.here, self.who, about, self.topic, people_in=lambda _: (), language="en"
        )
        await self.service.cases.note(self.here, made.case_id, self.boss, self.deed, self.topic)
