"""The use cases: every change of state is one method here, one transaction, one line in the audit trail."""

from bot.service.changes import Changed
from bot.service.cohosts import Cohosts
from bot.service.deskbook import DeskBook
from bot.service.guests import Reminded
from bot.service.ideas import IdeaShown, Voiced
from bot.service.people import Person, Showing
from bot.service.sessions import Card, Details, Draft, Hosted, Joined, Service

__all__ = [
    "Card",
    "Changed",
    "Cohosts",
    "DeskBook",
    "Details",
    "Draft",
    "Hosted",
    "IdeaShown",
    "Joined",
    "Person",
    "Reminded",
    "Service",
    "Showing",
    "Voiced",
]
