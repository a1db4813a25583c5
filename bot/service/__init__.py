"""The use cases: every change of state is one method here, one transaction, one line in the audit trail."""

from bot.service.changes import Changed
from bot.service.deskbook import DeskBook
from bot.service.people import Person, Showing
from bot.service.sessions import Card, Draft, Hosted, Joined, Service

__all__ = ["Card", "Changed", "DeskBook", "Draft", "Hosted", "Joined", "Person", "Service", "Showing"]
