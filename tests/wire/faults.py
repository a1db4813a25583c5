"""What goes wrong between the bot and Discord, as a test or chance has it."""

from __future__ import annotations

import json
import random
import re
from dataclasses import dataclass
from enum import Enum
from typing import Any


class Loss(Enum):
    """What becomes of a request."""

    REFUSED = "it is not performed, and the answer says so"
    ANSWER = "it is performed, but the answer is that it failed"
    CUT = "it is performed, and the connection ends without an answer"
    HUNG = "it is performed, and no answer ever comes"
    UNHEARD = "it is not performed, and no answer ever comes"


@dataclass
class Fault:
    """A fault of the requests with this method whose path matches, and whose body holds a text."""

    method: str
    path: str
    loss: Loss = Loss.REFUSED
    status: int = 500
    code: int = 0
    times: int | None = 1
    """How often it strikes; None: always."""
    contains: str | None = None
    struck: int = 0

    def fits(self, method: str, path: str, body: Any) -> bool:
        """Say whether this fault strikes this request."""
        if self.method != method or not re.search(self.path, path):
            return False
        if self.times is not None and self.struck >= self.times:
            return False
        return self.contains is None or self.contains in json.dumps(body, ensure_ascii=False)


class Faults:
    """The faults that were planned, and those of chance at a `rate` from 0.0 to 1.0."""

    def __init__(self, seed: int = 0) -> None:
        self.planned: list[Fault] = []
        self.rate = 0.0
        self._chance = random.Random(seed)

    def add(self, fault: Fault) -> Fault:
        """Plan a fault; its `struck` counts."""
        self.planned.append(fault)
        return fault

    def of(self, method: str, path: str, body: Any) -> Fault | None:
        """Return what strikes this request, None where it passes."""
        for fault in self.planned:
            if fault.fits(method, path, body):
                fault.struck += 1
                return fault
        if self.rate and not path.startswith("/gateway") and self._chance.random() < self.rate:
            loss = self._chance.choice([Loss.REFUSED, Loss.ANSWER])
            return Fault(method, path, loss, self._chance.choice([500, 502, 503]))
        return None
