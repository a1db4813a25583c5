"""Channels that are synced with their category, which simcord leaves out."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from simcord.backend import Backend
from simcord.backend.models import Overwrite


def _copies(overwrites: list[Overwrite]) -> list[Overwrite]:
    return [replace(overwrite) for overwrite in overwrites]


def synced(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let simcord sync channels with their category as Discord does.

    One that is made without overwrites has its category's, and all that have the same as their category
    follow when that is changed: https://docs.discord.com/developers/topics/permissions, Permission Syncing.
    """
    create, edit = Backend.create_channel, Backend.edit_channel

    def created(backend: Backend, guild_id: int | None, name: str | None, **fields: Any) -> Any:
        parent = backend.channels.get(fields.get("parent_id") or 0)
        if parent and not fields.get("overwrites"):
            fields["overwrites"] = _copies(parent.overwrites)
        return create(backend, guild_id, name, **fields)

    def edited(backend: Backend, channel_id: int, changes: Any, **fields: Any) -> Any:
        before, new = _bits(backend.get_channel(channel_id)), fields.get("overwrites")
        done = edit(backend, channel_id, changes, **fields)
        if new is None:
            return done
        for child in list(backend.channels.values()):
            if child.parent_id == channel_id and _bits(child) == before:
                edit(backend, child.id, {}, overwrites=_copies(new))
        return done

    monkeypatch.setattr(Backend, "create_channel", created)
    monkeypatch.setattr(Backend, "edit_channel", edited)


def _bits(channel: Any) -> list[tuple[int, int, int]]:
    return sorted((o.target_id, o.allow, o.deny) for o in channel.overwrites if o.allow or o.deny)
