"""The use cases: every change of state is one method here, one transaction, one line in the audit trail."""

from bot.service.announcing import Announced
from bot.service.backups import Backups
from bot.service.blocking import Blocked
from bot.service.board import Board, Posted
from bot.service.changes import Changed, Closed
from bot.service.cohosts import Cohosts
from bot.service.deskbook import DeskBook
from bot.service.details import Details
from bot.service.guests import Joined, Reminded
from bot.service.hosting import Hosted
from bot.service.ideas import IdeaShown, Voiced
from bot.service.lists import Asked, Card, Page, Show
from bot.service.people import Offered, Person, Showing
from bot.service.rulebook import Rulebook, Rules, rules_of
from bot.service.service import Service
from bot.service.setup import Stand, Step
from bot.service.usecases import Needs
from bot.store.blocks import Block
from bot.store.drafts import Draft

__all__ = [
    "Announced",
    "Asked",
    "Backups",
    "Block",
    "Blocked",
    "Board",
    "Card",
    "Changed",
    "Closed",
    "Cohosts",
    "DeskBook",
    "Details",
    "Draft",
    "Hosted",
    "IdeaShown",
    "Joined",
    "Needs",
    "Offered",
    "Page",
    "Person",
    "Posted",
    "Reminded",
    "Rulebook",
    "Rules",
    "Service",
    "Show",
    "Showing",
    "Stand",
    "Step",
    "Voiced",
    "rules_of",
]
