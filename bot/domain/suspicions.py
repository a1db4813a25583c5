"""R16: which of many words it is that Discord refuses, found out in few tries."""

from __future__ import annotations

from collections.abc import Callable, Container
from dataclasses import dataclass, field

ACCEPTED_KEPT = 20_000
"""Words that are remembered as shown; what is forgotten is soon known again."""


@dataclass(slots=True)
class Suspicions:
    """What is known of words, by digest: `accepted` ones were shown, `guilty` ones refused, or `suspects`.

    After a refusal all words that were new in it are hidden at once, so that nobody waits; then one half is
    on trial: shown again. Of a half that is refused one half is tried, until one alone can be to blame.
    """

    accepted: set[str] = field(default_factory=set)
    guilty: set[str] = field(default_factory=set)
    suspects: frozenset[str] = frozenset()
    among: frozenset[str] = frozenset()
    trial: frozenset[str] = frozenset()
    waits: bool = False
    """Whether Discord has not yet shown a message without the suspects."""

    def refused(self, shown: frozenset[str]) -> str | None:
        """Learn that Discord refuses a message that shows these; return whose guilt that proves."""
        if shown & self.guilty:
            return None  # it was under way before that was known
        new = self.trial & shown | shown - self.accepted  # one new beside those on trial, too
        self.among = new or shown  # what was accepted elsewhere is guilty only by a trial
        self.trial, self.waits = frozenset(), True
        guilty = new if len(new) == 1 else frozenset()
        self.guilty |= guilty
        self.suspects = (self.suspects | self.among) - guilty
        return next(iter(guilty), None)

    def accept(self, shown: frozenset[str]) -> None:
        """Learn that Discord shows a message with these."""
        if len(self.accepted) > ACCEPTED_KEPT:
            self.accepted.clear()
        self.accepted |= shown
        self.suspects -= shown
        self.waits = False

    def judged_by(self, shown: Container[str], *, idle: bool = False) -> bool:
        """Learn what messages show that may be sent; return whether others are to be tried now.

        Of what is on trial and in none of them no answer of Discord's would ever tell: it is no suspect.
        `idle`: there is nothing to send, so all is shown without the suspects, whoever heard of it.
        """
        unseen = frozenset(word for word in self.trial & self.suspects if word not in shown)
        self.suspects -= unseen
        stuck, self.waits = self.waits and idle, self.waits and not idle
        return bool(unseen) or (stuck and bool(self.suspects))

    def hidden(self, there: Callable[[], Container[str]]) -> frozenset[str]:
        """Return what is hidden for now; `there` are the words that are in any message at all."""
        if self.suspects:
            known = there()
            self.suspects = frozenset(word for word in self.suspects if word in known)
        if not self.trial & self.suspects:
            among = sorted(self.among & self.suspects or self.suspects)
            self.trial = frozenset() if self.waits else frozenset(among[: (len(among) + 1) // 2])
        return self.suspects - self.trial
