"""The use cases: every change of state is one method here, one transaction, one line in the audit trail."""

from bot.service.board import Board, Posted
from bot.service.changes import Changed
from bot.service.cohosts import Cohosts
from bot.service.deskbook import DeskBook
from bot.service.details import Details
from bot.service.guests import Joined, Reminded
from bot.service.hosting import Hosted
from bot.service.ideas import IdeaShown, Voiced
from bot.service.lists import Asked, Card, Page, Show
from bot.service.people import Person, Showing
from bot.service.rulebook import Rulebook, Rules, rules_of
from bot.service.service import Service
from bot.service.usecases import Needs
from bot.store.drafts import Draft

__all__ = [
    "Asked",
    "Board",
    "Card",
    "Changed",
    "Cohosts",
    "DeskBook",
    "Details",
    "Draft",
    "Hosted",
    "IdeaShown",
    "Joined",
    "Needs",
    "Page",
    "Person",
    "Posted",
    "Reminded",
    "Rulebook",
    "Rules",
    "Service",
    "Show",
    "Showing",
    "Voiced",
    "rules_of",
]
