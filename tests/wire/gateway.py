"""Discord's gateway: identify, resume, heartbeats, members on request, and events as the intents allow."""

from __future__ import annotations

import asyncio
import json
import zlib
from collections.abc import Callable, Mapping
from typing import Any

import discord
from aiohttp import WSMsgType, web
from simcord import intents as intents_of
from simcord.backend import Backend, serializers

DISPATCH, HEARTBEAT, IDENTIFY, RESUME, MEMBERS, INVALID, HELLO, BEATEN = 0, 1, 2, 6, 8, 9, 10, 11
"""The opcodes (https://docs.discord.com/developers/topics/opcodes-and-status-codes)."""
HEARTBEAT_MS = 41250

Frame = dict[str, Any]


class _Session:
    """What one IDENTIFY began: its intents and its events, which a RESUME asks for again."""

    def __init__(self, name: str, intents: int) -> None:
        self.name = name
        self.intents = discord.Intents._from_value(intents)
        self.events: list[tuple[str, Any]] = []
        self.send: Callable[[Frame], None] | None = None

    def tell(self, event: str, data: Any) -> None:
        """Number an event, keep it, and send it where somebody listens."""
        self.events.append((event, data))
        if self.send:
            self.send(self._frame(len(self.events)))

    def repeat(self, since: int) -> None:
        """Send what was said after the event with this number."""
        for number in range(since + 1, len(self.events) + 1):
            if self.send:
                self.send(self._frame(number))

    def _frame(self, number: int) -> Frame:
        event, data = self.events[number - 1]
        return {"op": DISPATCH, "s": number, "t": event, "d": data}


class Gateway:
    """Tells one bot of what happens in simcord's world; an IDENTIFY ends the session before."""

    def __init__(self, backend: Backend) -> None:
        self.url = ""
        self.identified = self.resumed = 0
        """How often a bot has come, and come back."""
        self._backend = backend
        self._session: _Session | None = None
        self._sockets: set[web.WebSocketResponse] = set()
        backend.subscribers.append(self._heard)

    @property
    def connected(self) -> bool:
        """Whether a bot is there to hear what happens."""
        return self._session is not None and self._session.send is not None

    async def drop(self, code: int = 4000) -> None:
        """End all connections, as Discord does now and then."""
        for socket in list(self._sockets):
            await socket.close(code=code)

    def _heard(self, event: str, payload: Mapping[str, Any]) -> None:
        session = self._session
        if session is None:
            return
        needed = intents_of.required_intent(event, payload)
        if needed is not None and not getattr(session.intents, needed):
            return
        data = json.loads(json.dumps(payload, default=str))
        bot = self._backend.bot_user.id
        if event in {"MESSAGE_CREATE", "MESSAGE_UPDATE"} and not session.intents.message_content:
            intents_of.censor_message(data, bot, backend=self._backend)
        if event == "GUILD_CREATE":
            intents_of.prune_guild_create(data, session.intents, bot)
        session.tell(event, data)

    async def handle(self, request: web.Request) -> web.WebSocketResponse:
        """Serve one connection to its end."""
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        self._sockets.add(socket)
        waiting: asyncio.Queue[Frame] = asyncio.Queue()
        compressed = request.query.get("compress") == "zlib-stream"
        sender = asyncio.create_task(_send(socket, waiting, compressed))
        waiting.put_nowait({"op": HELLO, "d": {"heartbeat_interval": HEARTBEAT_MS}})
        send = waiting.put_nowait
        try:
            async for message in socket:
                if message.type in {WSMsgType.TEXT, WSMsgType.BINARY}:
                    self._answer(json.loads(message.data), send)
        finally:
            sender.cancel()
            self._sockets.discard(socket)
            if self._session and self._session.send is send:
                self._session.send = None
        return socket

    def _answer(self, frame: Frame, send: Callable[[Frame], None]) -> None:
        op = frame["op"]
        if op == HEARTBEAT:
            send({"op": BEATEN})
        elif op == IDENTIFY:
            self._identify(frame["d"], send)
        elif op == RESUME:
            self._resume(frame["d"], send)
        elif op == MEMBERS:
            self._send_members(frame["d"])

    def _identify(self, data: Frame, send: Callable[[Frame], None]) -> None:
        self.identified += 1
        session = self._session = _Session(f"session-{self.identified}", data["intents"])
        session.send = send
        backend = self._backend
        ready = {
            "v": 10,
            "user": dict(serializers.user_payload(backend.bot_user)),
            "guilds": [{"id": str(guild), "unavailable": True} for guild in backend.guilds],
            "session_id": session.name,
            "resume_gateway_url": self.url,
            "shard": [0, 1],
            "application": {"id": str(backend.application_id), "flags": 0},
        }
        session.tell("READY", ready)
        for guild in backend.guilds.values():
            self._heard("GUILD_CREATE", serializers.guild_create_payload(backend, guild))

    def _resume(self, data: Frame, send: Callable[[Frame], None]) -> None:
        session = self._session
        if session is None or session.name != data["session_id"]:
            send({"op": INVALID, "d": False})
            return
        self.resumed += 1
        session.send = send
        session.repeat(data["seq"])
        session.tell("RESUMED", {})

    def _send_members(self, data: Frame) -> None:
        guild = self._backend.guilds[int(data["guild_id"])]
        wanted = data.get("user_ids") or []
        ids = {int(each) for each in (wanted if isinstance(wanted, list) else [wanted])}
        members = [each for each in guild.members.values() if not ids or each.user_id in ids]
        chunk = {
            "guild_id": data["guild_id"],
            "members": [serializers.member_payload(self._backend, guild, each) for each in members],
            "chunk_index": 0,
            "chunk_count": 1,
            "nonce": data.get("nonce"),
        }
        self._heard("GUILD_MEMBERS_CHUNK", chunk)


async def _send(socket: web.WebSocketResponse, waiting: asyncio.Queue[Frame], compressed: bool) -> None:
    deflate = zlib.compressobj()
    while True:
        text = json.dumps(await waiting.get())
        if compressed:
            await socket.send_bytes(deflate.compress(text.encode()) + deflate.flush(zlib.Z_SYNC_FLUSH))
        else:
            await socket.send_str(text)
