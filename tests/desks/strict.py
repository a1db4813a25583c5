"""What Discord refuses and simcord lets through: names, limits, bits that the bot does not hold.

Sources: https://docs.discord.com/developers/resources/channel, .../resources/guild (Create Guild Channel),
.../topics/permissions and .../topics/opcodes-and-status-codes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from types import SimpleNamespace
from typing import Any
from weakref import WeakKeyDictionary

import discord
from simcord.backend import Backend
from simcord.backend.models import Channel, Overwrite
from simcord.enums import ChannelType

from bot.permissions import INVITE
from tests.desks import strict_events
from tests.desks.strict_events import EVENT_ROUTES

ROUTES = {
    ("POST", "/guilds/#/channels"): {"manage_channels"},
    ("GET", "/guilds/#/channels"): set(),
    ("PATCH", "/channels/#"): {"view_channel", "manage_channels"},
    ("DELETE", "/channels/#"): {"view_channel", "manage_channels"},
    ("POST", "/channels/#/messages"): {"view_channel", "send_messages"},
    ("GET", "/channels/#/messages"): {"view_channel", "read_message_history"},
    ("PATCH", "/channels/#/messages/#"): {"view_channel"},
    ("DELETE", "/channels/#/messages/#"): {"view_channel"},
    ("PUT", "/channels/#/messages/pins/#"): {"view_channel", "read_message_history", "pin_messages"},
    ("PATCH", "/guilds/#/members/#"): {"move_members"},
}
"""Every request that the keeper may make, and what it needs where it is made (besides, on a voice channel,
Connect, and for overwrites Manage Roles)."""
SELDOM: dict[tuple[str, str], set[str]] = {("GET", "/guilds/#/members/#"): set()}
"""What else may be asked: who somebody is of whom the cache does not know."""
NONCES_LAST = timedelta(minutes=3)
"""'Past few minutes': https://docs.discord.com/developers/resources/message, enforce_nonce."""


_MADE: WeakKeyDictionary[Backend, set[int]] = WeakKeyDictionary()


def made_by_bot(backend: Backend, guild_id: int) -> set[int]:
    """The ids of the server's channels that the bot has made and that are still there."""
    there = {channel.id for channel in backend.channels.values() if channel.guild_id == guild_id}
    return _MADE.get(backend, set()) & there


@dataclass(frozen=True)
class Call:
    """One request of the bot's."""

    method: str
    path: str
    json: Any = None

    @property
    def route(self) -> tuple[str, str]:
        """The method, and the path with `#` for every id."""
        return self.method, re.sub(r"\d+", "#", self.path)

    @property
    def target(self) -> int:
        """The id of the channel or the server that it is about."""
        found = re.search(r"\d+", self.path)
        assert found
        return int(found[0])

    @property
    def message(self) -> int:
        """The id of the message that it is about, 0 where it is about none."""
        found = re.search(r"/messages/(?:pins/)?(\d+)", self.path)
        return int(found[1]) if found else 0

    @property
    def is_desk(self) -> bool:
        """Whether it is the keeper's: not how commands are answered or synced, nor a look for a host."""
        looks_for_host = self.method == "GET" and "/members/" in self.path
        return self.path.startswith(("/guilds/", "/channels/")) and not looks_for_host

    @property
    def is_event(self) -> bool:
        """Whether it is about Discord's own events."""
        return self.route in EVENT_ROUTES

    @property
    def event(self) -> int:
        """The id of the event that it is about; 0 for none."""
        return strict_events.ids(self.path)[1]

    @property
    def shows(self) -> bool:
        """Whether it is about the board or a card: posted, edited, looked for, pinned."""
        posts = self.route == ("POST", "/channels/#/messages") and not self.json.get("content")
        return bool(self.message) or posts

    @property
    def makes(self) -> bool:
        """Whether it asks for a channel."""
        return self.route == ("POST", "/guilds/#/channels")


def http_error(status: int, code: int = 0, **errors: str) -> discord.HTTPException:
    """The exception that discord.py raises; `errors` are Discord's words by the field they are about."""
    response: Any = SimpleNamespace(status=status, reason="said by the test")
    kinds = {403: discord.Forbidden, 404: discord.NotFound}
    kind = discord.DiscordServerError if status >= 500 else kinds.get(status, discord.HTTPException)
    detail = {name: {"_errors": [{"code": "X", "message": text}]} for name, text in errors.items()}
    return kind(response, {"code": code, "message": "Invalid Form Body", "errors": detail})


class Strict:
    """Judges each request before simcord answers it; `faults` are what no bot should ever ask."""

    def __init__(self) -> None:
        self.faults: list[str] = []
        self.nonces: dict[tuple[int, str], tuple[datetime, Any]] = {}
        self.posted: list[tuple[str, int, int]] = []
        """The notices that were posted, by nonce, with their channel and id."""
        self.renames: dict[int, list[datetime]] = {}
        self.edits: dict[int, datetime] = {}
        self.forbidden = ""
        self.halted: datetime | None = None
        self.heard: datetime | None = None

    def refuses(self, text: str) -> bool:
        """Whether Discord refuses a text: `forbidden` is a word that it takes for harmful."""
        return bool(self.forbidden) and self.forbidden in text.casefold()

    def halt(self, backend: Backend, seconds: float) -> None:
        """Discord has had enough of the bot's channels for a while (R17)."""
        self.halted, self.heard = backend.clock.now() + timedelta(seconds=seconds), None

    def _limits(self, backend: Backend, call: Call) -> None:
        """The day's limit of channels: whoever asks again before its time has not listened."""
        now = backend.clock.now()
        if self.halted is None or now >= self.halted or not call.makes:
            return
        if self.heard is not None and now - self.heard > timedelta(seconds=2):
            self._fault(call, "asks for a channel before its time")
        self.heard = self.heard or now
        raise discord.RateLimited((self.halted - now).total_seconds())

    def _words(self, call: Call) -> None:
        """Refuse words: https://docs.discord.com/developers/topics/opcodes-and-status-codes."""
        if call.method in {"POST", "PATCH"} and self.refuses(json.dumps(call.json, ensure_ascii=False)):
            if call.route in {("POST", "/guilds/#/channels"), ("PATCH", "/channels/#")}:
                raise http_error(400, 50035, name="Contains words not allowed")
            raise http_error(400, 240000)

    def judge(self, backend: Backend, call: Call) -> Any:
        """Raise what Discord would; return a message that Discord has already, or None."""
        self._limits(backend, call)
        self._words(call)
        if call.is_event:
            self._permissions(backend, call)
            strict_events.judge(backend, call, http_error, partial(self._fault, call))
            return None
        if call.route not in ROUTES | SELDOM:
            self._fault(call, "is not in the table")
            return None
        if call.path.startswith("/channels/") and call.target not in backend.channels:
            raise http_error(404, 10003)
        self._permissions(backend, call)
        body = call.json or {}
        if call.makes or call.route == ("PATCH", "/channels/#"):
            self._channel(backend, call, body)
        if call.route == ("PATCH", "/channels/#/messages/#"):
            self._edit(backend, call)
            self._layout(call, body)
        if call.route == ("POST", "/channels/#/messages"):
            return self._message(backend, call, body)
        return None

    def remember(self, backend: Backend, call: Call, answer: Any) -> None:
        """Keep a message by its nonce, and which channels the bot has made."""
        if call.makes:
            _MADE.setdefault(backend, set()).add(int(answer["id"]))
        if call.route == ("POST", "/channels/#/messages"):
            self.nonces[call.target, call.json["nonce"]] = backend.clock.now(), answer
            if re.fullmatch(r"os-\d+-\d+", call.json["nonce"]):
                self.posted.append((call.json["nonce"], call.target, int(answer["id"])))

    def _fault(self, call: Call, what: str) -> None:
        self.faults.append(f"{call.method} {call.path}: {what}")

    def _permissions(self, backend: Backend, call: Call) -> None:
        bot = backend.bot_user.id
        needed = set((ROUTES | SELDOM | EVENT_ROUTES)[call.route])
        if call.path.startswith("/guilds/"):
            held = backend.compute_permissions(call.target, bot)
            parent = backend.channels.get(int((call.json or {}).get("parent_id") or 0))
            if parent:
                needed |= {"view_channel"}
                held &= backend.compute_permissions(call.target, bot, parent.id)
        else:
            channel = backend.get_channel(call.target)
            if channel.guild_id is None:  # a direct message: whether it may be sent is its reader's to say
                return
            held = backend.compute_permissions(channel.guild_id, bot, channel.id)
            if channel.type == ChannelType.VOICE:
                needed |= {"connect"}
            if "permission_overwrites" in (call.json or {}):
                needed |= {"manage_roles"}
        for name in needed:
            if not INVITE.value & getattr(discord.Permissions, name).flag:
                self._fault(call, f"needs {name}, which the invite link does not ask for")
            if not getattr(discord.Permissions(held), name):
                raise http_error(403, 50013)

    def _channel(self, backend: Backend, call: Call, body: dict[str, Any]) -> None:
        channel = None if call.makes else backend.get_channel(call.target)
        guild_id = channel.guild_id if channel else call.target
        assert guild_id
        if call.makes:
            if not 1 <= len(body["name"]) <= 100:
                self._fault(call, f"a name of {len(body['name'])} characters")
            if len(body.get("topic") or "") > 1024:
                self._fault(call, "a topic that is too long")
            if len(backend.get_guild(guild_id).channel_ids) >= 500:
                raise http_error(400, 30013)
            if body["type"] == ChannelType.TEXT:
                body["name"] = body["name"].lower().replace(" ", "-")
        elif body.keys() & {"name", "topic"}:
            self._rename(backend, call)
        if "permission_overwrites" in body:
            had = channel.overwrites if channel else []
            self._overwrites(backend, call, guild_id, body["permission_overwrites"], had)
        self._parent(backend, body.get("parent_id"), channel)

    def _rename(self, backend: Backend, call: Call) -> None:
        now = backend.clock.now()
        lately = [at for at in self.renames.get(call.target, []) if now - at < timedelta(minutes=10)]
        self.renames[call.target] = [*lately, now]
        if len(lately) >= 2:
            self._fault(call, "renames, of which Discord allows two in ten minutes")

    def _edit(self, backend: Backend, call: Call) -> None:
        """The bot's own promise: no message is edited more often than every five seconds."""
        now = backend.clock.now()
        last = self.edits.get(call.message)
        self.edits[call.message] = now
        if last and now - last < timedelta(seconds=4):  # the clock of the bot knows whole seconds
            self._fault(call, f"edits again after {now - last}")

    def _overwrites(
        self, backend: Backend, call: Call, guild_id: int, overwrites: list[Any], had: list[Overwrite]
    ) -> None:
        """Each bit that is changed must be the bot's to give; what stands there already may stay."""
        before = {o.target_id: (o.allow, o.deny) for o in had}
        held = backend.compute_permissions(guild_id, backend.bot_user.id)
        if len(overwrites) > 100:
            self._fault(call, f"{len(overwrites)} overwrites")
        if len({o["id"] for o in overwrites}) < len(overwrites):
            self._fault(call, "two overwrites for one")
        for overwrite in overwrites:
            allow, deny = before.pop(int(overwrite["id"]), (0, 0))
            bits = (int(overwrite["allow"]) ^ allow) | (int(overwrite["deny"]) ^ deny)
            if bits & ~held or bits & ~INVITE.value or bits & discord.Permissions.manage_roles.flag:
                names = [name for name, on in discord.Permissions(bits) if on]
                self._fault(call, f"overwrites for {names}")
                raise http_error(403, 50013)

    def _parent(self, backend: Backend, parent_id: int | None, channel: Channel | None) -> None:
        if parent_id is None or (channel and channel.parent_id == int(parent_id)):
            return
        parent = backend.channels.get(int(parent_id))
        if parent is None or parent.type != ChannelType.CATEGORY:
            raise http_error(400, 50035, parent_id="Category does not exist")
        if sum(other.parent_id == parent.id for other in backend.channels.values()) >= 50:
            words = "Maximum number of channels in category reached (50)"
            raise http_error(400, 50035, parent_id=words)

    def _message(self, backend: Backend, call: Call, body: dict[str, Any]) -> Any:
        content, allowed = body.get("content") or "", body["allowed_mentions"]
        if body.get("flags", 0) & 1 << 15:
            self._layout(call, body)
        elif not 1 <= len(content) <= 2000:
            self._fault(call, f"a message of {len(content)} characters")
        users = {str(user) for user in allowed.get("users", [])}
        if len(users) > 100 or allowed.get("parse") or allowed.get("roles"):
            self._fault(call, f"pings {allowed}")
        texts = [content, *(node.get("content", "") for node in _nodes(body.get("components") or []))]
        if not users <= set(re.findall(r"<@(\d+)>", "\n".join(texts))):
            self._fault(call, "pings others than those it names")
        if len(body["nonce"]) > 25:
            self._fault(call, "a nonce that is too long")
        at, message = self.nonces.get((call.target, body["nonce"]), (None, None))
        return message if at and backend.clock.now() - at < NONCES_LAST else None

    def _layout(self, call: Call, body: dict[str, Any]) -> None:
        """Components V2: 40 of them, 4000 characters: https://docs.discord.com/developers/components/reference."""
        nodes = list(_nodes(body["components"]))
        if body.get("content"):
            self._fault(call, "a layout with content")
        if len(nodes) > 40:
            self._fault(call, f"{len(nodes)} components")
        if (length := sum(len(node.get("content", "")) for node in nodes)) > 4000:
            self._fault(call, f"a layout of {length} characters")
        for node in nodes:
            if len(node.get("label") or "") > 80 or len(node.get("custom_id") or "") > 100:
                self._fault(call, f"a button that is too long: {node}")
            if len(node.get("options") or []) > 25:
                self._fault(call, "a menu that is too long")


def _nodes(components: Any) -> Iterator[dict[str, Any]]:
    for node in components:
        yield node
        yield from _nodes(node.get("components", []))
        if node.get("accessory"):
            yield node["accessory"]
