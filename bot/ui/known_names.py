"""R20: hears the names by which people act. `answer` calls it once they have their answer."""

from __future__ import annotations

from collections import OrderedDict

import discord
import structlog

from bot.service import Person, Service

log = structlog.get_logger("names")

REMEMBERED = 10_000
"""People whose name is not looked up again while it stays the same; of others it is, by one read."""


class KnownNames:
    """The names of those who acted last, by server and person, with the number of the act."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._seen: OrderedDict[tuple[int, int], tuple[int, str]] = OrderedDict()

    async def hear(self, interaction: discord.Interaction) -> None:
        """Take over the name of who acts where it is another than before; nobody waits for this."""
        guild, user = interaction.guild_id, interaction.user
        if guild is None:
            return
        key, act = (guild, user.id), (interaction.id, user.display_name)
        known = self._seen.get(key)
        if known and (known[0] > act[0] or known[1] == act[1]):
            return
        self._seen[key] = act
        self._seen.move_to_end(key)
        if len(self._seen) > REMEMBERED:
            self._seen.popitem(last=False)
        try:
            person = Person(user.id, user.display_name)
            await self._service.names.take_name(guild, person, lambda: self._seen.get(key) in {act, None})
        except Exception:  # the act is done and answered: a name must not undo that
            self._seen.pop(key, None)
            log.exception("a name was not taken over; the person's next act is another try", guild=guild)


def names_of(interaction: discord.Interaction) -> KnownNames:
    """Return the names that the bot which was asked knows."""
    known: KnownNames = interaction.client.known_names  # type: ignore[attr-defined]
    return known
