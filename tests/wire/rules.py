"""Rules of Discord's that simcord passes over: caps, lengths, names, permissions that nobody can give on."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from discord import Permissions
from simcord.backend import Backend
from simcord.backend.errors import BackendError
from simcord.backend.models import Channel

TEXT = {0, 5, 15}
MOST_CHANNELS, MOST_IN_CATEGORY, MOST_EVENTS, MOST_OVERWRITES = 500, 50, 100, 100
SCHEDULED, ACTIVE = 1, 2
ADMINISTRATOR = Permissions(administrator=True).value
MANAGE_ROLES = Permissions(manage_roles=True).value
MANAGE_CHANNELS = Permissions(manage_channels=True).value
MANAGE_MESSAGES = Permissions(manage_messages=True).value
MANAGE_EVENTS = Permissions(manage_events=True).value
CREATE_EVENTS = Permissions(create_events=True).value
PIN_MESSAGES = 1 << 51


def text_channel_name(name: str) -> str:
    """Return what Discord makes of a text channel's name: lower case, hyphens for spaces, most signs out."""
    name = re.sub(r"[!\"#$%&'()*+,./:;<=>?@\[\]^`{|}~\\]", "", name.lower().replace(" ", "-"))
    return re.sub(r"-{2,}", "-", name).strip("-")[:100]


def as_discord_takes_it(backend: Backend, method: str, path: str, body: Any) -> Any:
    """Return a request's body as Discord takes it; raises BackendError where Discord refuses it."""
    guild_id = _guild_of(backend, path)
    if guild_id is None:
        return body
    held = backend.compute_permissions(guild_id, backend.bot_user.id)
    if isinstance(body, dict):
        body = _channel_body(backend, guild_id, held, (method, path), body)
    if method == "PUT" and re.fullmatch(r"/channels/\d+/permissions/\d+", path) and isinstance(body, dict):
        _check_overwrites([body], held)
    if method == "POST" and re.fullmatch(r"/guilds/\d+/scheduled-events", path):
        _need(held, CREATE_EVENTS)
        events = backend.guilds[guild_id].scheduled_events.values()
        if sum(int(event.status) in {SCHEDULED, ACTIVE} for event in events) >= MOST_EVENTS:
            raise BackendError(
                400, 30038, f"Maximum number of uncompleted guild events reached ({MOST_EVENTS})"
            )
    if method == "PUT" and re.search(r"/pins/\d+$", path):
        _need(held, PIN_MESSAGES)
    return body


def _channel_body(
    backend: Backend, guild_id: int, held: int, request: tuple[str, str], body: dict[str, Any]
) -> dict[str, Any]:
    """Return the body as Discord takes it, where the request makes or changes a channel."""
    method, path = request
    changed = re.fullmatch(r"/channels/(\d+)", path) if method == "PATCH" else None
    if changed:
        kind = backend.channels[int(changed[1])].type
    elif method == "POST" and re.fullmatch(r"/guilds/\d+/channels", path):
        kind = body.get("type", 0)
        _check_room(backend, guild_id, body)
    else:
        return body
    _check_channel(body, held, changes=bool(changed))
    if not body.get("name") or kind not in TEXT:
        return body
    name = text_channel_name(body["name"])
    if not name:
        raise _invalid("name")
    return {**body, "name": name}


@contextmanager
def old_permissions(backend: Backend, path: str) -> Iterator[None]:
    """Lend the bot what simcord asks for and Discord no longer does, to pin and to make events."""
    bits = MANAGE_MESSAGES if "/pins/" in path else MANAGE_EVENTS if "/scheduled-events" in path else 0
    guild_id = _guild_of(backend, path) if bits else None
    guild = backend.guilds[guild_id] if guild_id else None
    roles = [guild.roles[role] for role in guild.members[backend.bot_user.id].role_ids] if guild else []
    before = [role.permissions for role in roles]
    for role in roles:
        role.permissions |= bits
    try:
        yield
    finally:
        for role, permissions in zip(roles, before, strict=True):
            role.permissions = permissions


def _guild_of(backend: Backend, path: str) -> int | None:
    """Return the server that a path speaks of, None for a direct message and for what is not known."""
    found = re.match(r"/(guilds|channels)/(\d+)", path)
    if not found:
        return None
    channel: Channel | None = backend.channels.get(int(found[2]))
    guild_id = int(found[2]) if found[1] == "guilds" else channel.guild_id if channel else None
    return guild_id if guild_id in backend.guilds else None


def _check_channel(body: dict[str, Any], held: int, *, changes: bool) -> None:
    if body.get("name") is not None and not 1 <= len(body["name"]) <= 100:
        raise _invalid("name")
    if body.get("topic") and len(body["topic"]) > 1024:
        raise _invalid("topic")
    overwrites = body.get("permission_overwrites") or []
    if len(overwrites) > MOST_OVERWRITES:
        raise _invalid("permission_overwrites")
    if changes and "permission_overwrites" in body:
        _need(held, MANAGE_ROLES)
    _check_overwrites(overwrites, held)


def _check_room(backend: Backend, guild_id: int, body: dict[str, Any]) -> None:
    channels = [backend.channels[each] for each in backend.guilds[guild_id].channel_ids]
    if len(channels) >= MOST_CHANNELS:
        raise BackendError(400, 30013, f"Maximum number of guild channels reached ({MOST_CHANNELS})")
    parent = body.get("parent_id")
    if parent and sum(each.parent_id == int(parent) for each in channels) >= MOST_IN_CATEGORY:
        raise _invalid("parent_id")


def _check_overwrites(overwrites: list[dict[str, Any]], held: int) -> None:
    """Refuse bits that the bot does not hold, and Manage Roles for all but an administrator."""
    for overwrite in overwrites:
        bits = int(overwrite.get("allow") or 0) | int(overwrite.get("deny") or 0)
        if not held & ADMINISTRATOR and (bits & ~held or bits & MANAGE_ROLES):
            raise _forbidden()


def _need(held: int, permission: int) -> None:
    if not held & (ADMINISTRATOR | permission):
        raise _forbidden()


def _forbidden() -> BackendError:
    return BackendError(403, 50013, "Missing Permissions")


def _invalid(field: str) -> BackendError:
    return BackendError(400, 50035, f"Invalid Form Body: {field}")
