"""The use cases: every change of state is one method here, one transaction, one line in the audit trail."""

from bot.service.changes import Changed
from bot.service.cohosts import Cohosts
from bot.service.deskbook import DeskBook
from bot.service.details import Details
from bot.service.guests import Reminded
from bot.service.ideas import IdeaShown, Voiced
from bot.service.lists import Asked, Card, Page, Show
from bot.service.people import Person, Showing
from bot.service.sessions import Draft, Hosted, Joined, Service

__all__ = [
    "Asked",
    "Card",
    "Changed",
    "Cohosts",
    "DeskBook",
    "Details",
    "Draft",
    "Hosted",
    "IdeaShown",
    "Joined",
    "Page",
    "Person",
    "Reminded",
    "Service",
    "Show",
    "Showing",
    "Voiced",
]
