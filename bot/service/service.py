"""All use cases under one roof, each under the name of what it is about."""

from __future__ import annotations

from datetime import datetime

from bot.domain.programme import Programme
from bot.service.announcing import Announcing
from bot.service.blocking import Blocking
from bot.service.board import Boards
from bot.service.bulletins import Bulletinboard
from bot.service.calendars import Calendars
from bot.service.cases import Cases
from bot.service.changes import Changes
from bot.service.cleanup import Cleanup
from bot.service.clockwork import Clockwork
from bot.service.cohosts import Cohosting
from bot.service.details import OneSession
from bot.service.drafts import Drafts
from bot.service.edits import Edits
from bot.service.exports import Exports
from bot.service.finding import Finding
from bot.service.guests import Guests
from bot.service.hosting import Hosting
from bot.service.hosts import Hosts
from bot.service.ideas import Ideas
from bot.service.landmarks import Landmarks
from bot.service.leftovers import Leftovers
from bot.service.lists import Lists
from bot.service.memory import Memory
from bot.service.names import Names
from bot.service.offers import Offers
from bot.service.organizing import Organizing
from bot.service.outs import Outs
from bot.service.presence import Presence
from bot.service.privacy import Privacy
from bot.service.reports import Reports
from bot.service.restoring import Restoring
from bot.service.revisions import Revisions
from bot.service.rulebook import Rules
from bot.service.servers import Servers
from bot.service.settings import Settings
from bot.service.setup import Setup
from bot.service.status import Statuses
from bot.service.takeaways import Takeaways
from bot.service.tidying import Tidying
from bot.service.trail import Trail
from bot.service.usecases import Needs
from bot.service.windows import Windows


class Service:
    """Holds the use cases of hosts, attendees and the keeper; it does nothing itself."""

    def __init__(self, needs: Needs) -> None:
        self._needs = needs
        self.hosting = Hosting(needs)
        self.guests = Guests(needs)
        self.changes = Changes(needs)
        self.edits = Edits(needs)
        self.cohosts = Cohosting(needs)
        self.ideas = Ideas(needs)
        self.drafts = Drafts(needs)
        self.finding = Finding(needs)
        self.lists = Lists(needs)
        self.boards = Boards(needs)
        self.details = OneSession(needs)
        self.landmarks = Landmarks(needs)
        self.memory = Memory(needs)
        self.names = Names(needs)
        self.presence = Presence(needs)
        self.clockwork = Clockwork(needs)
        self.calendars = Calendars(needs)
        self.exports = Exports(needs)
        self.takeaways = Takeaways(needs)
        self.tidying = Tidying(needs)
        self.settings = Settings(needs)
        self.setup = Setup(needs, self.settings)
        self.organizing = Organizing(needs)
        self.announcing = Announcing(needs)
        self.blocking = Blocking(needs)
        self.restoring = Restoring(needs)
        self.hosts = Hosts(needs)
        self.offers = Offers(needs)
        self.reports = Reports(needs)
        self.cases = Cases(needs)
        self.bulletins = Bulletinboard(needs)
        self.outs = Outs(needs)
        self.trail = Trail(needs)
        self.cleanup = Cleanup(needs)
        self.privacy = Privacy(needs)
        self.servers = Servers(needs)
        self.revisions = Revisions(needs)
        self.leftovers = Leftovers(needs)
        self.windows = Windows(needs)
        self.statuses = Statuses(needs)

    def now(self) -> datetime:
        """Return the instant that all use cases go by."""
        return self._needs.now()

    def programme(self, guild_id: int) -> Programme:
        """Return the programme and limits that hold in this guild."""
        return self._needs.programme(guild_id)

    def rules(self, guild_id: int) -> Rules:
        """Return all that holds in this guild."""
        return self._needs.rulebook.of(guild_id)
