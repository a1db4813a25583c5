"""The use cases: every change of state is one method here, one transaction, one line in the audit trail."""

from bot.service.deskbook import DeskBook
from bot.service.sessions import Card, Hosted, Joined, Person, Service

__all__ = ["Card", "DeskBook", "Hosted", "Joined", "Person", "Service"]
