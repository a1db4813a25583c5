"""What is wrong with settings, in the reader's language: which one, what is wrong, what is allowed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime

from bot.config import Fault
from bot.config_kinds import Kind, What, kind_of
from bot.domain.names import clean_line, escape
from bot.service.settings import every_setting
from bot.ui.words import Words, moment

SHOWN = 5
"""Faults that are said at most."""
FIELD_LENGTH = 100
"""Code points of what somebody typed."""


def setting_name(words: Words, key: str) -> str:
    """Return a setting's name by its key; the key itself where there is no such setting."""
    if key not in every_setting():
        return key
    return words(f"setting-{key.replace('.', '-').replace('_', '-')}")


def setting_about(words: Words, key: str) -> str:
    """Return what a setting is for."""
    return words(f"setting-{key.replace('.', '-').replace('_', '-')}-about")


def fault_lines(words: Words, faults: object) -> str:
    """Return faults, one a line."""
    known = [fault for fault in faults if isinstance(fault, Fault)] if isinstance(faults, Sequence) else []
    lines = [fault_line(words, fault) for fault in known[:SHOWN]]
    if len(known) > SHOWN:
        lines.append(words.count("faults-more", len(known) - SHOWN))
    return "\n".join(lines)


def fault_line(words: Words, fault: Fault) -> str:
    """Return one fault: the setting, what is wrong with it, what is allowed."""
    key = re.sub(r"\[.*", "", fault.key)
    allowed = allowed_text(words, kind_of(every_setting()[key])) if key in every_setting() else ""
    fields = {"value": "", **fault.fields}
    shown = {name: _shown(words, value) for name, value in fields.items()}
    return words(f"fault-{fault.code}", **{"setting": setting_name(words, key), "allowed": allowed} | shown)


def allowed_text(words: Words, kind: Kind) -> str:
    """Return what a kind of setting may be."""
    if kind.what is What.CHOICE:
        return words("allowed-choice", choices=" · ".join(words(f"value-{each}") for each in kind.choices))
    return words(f"allowed-{kind.what.value}", low=kind.low, high=kind.high)


def _local(words: Words, value: datetime) -> str:
    """Return what the conference's clocks show; which of two such hours is not known."""
    return words("start", day=words.day(value.date()), clock=f"{value:%H:%M}")


def _shown(words: Words, value: object) -> object:
    """Return a field fit for a message: local times by the conference's clock, instants by the reader's."""
    if isinstance(value, datetime):
        return moment(value) if value.tzinfo else _local(words, value)
    if isinstance(value, str):
        return (
            setting_name(words, value)
            if value in every_setting()
            else escape(clean_line(value.strip('"'), FIELD_LENGTH))
        )
    return value
