"""A server on the stand-in and its people: what they type and press, and what they then read."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from simcord import interactions
from simcord.backend import serializers
from simcord.backend.models import Channel, Message
from simcord.enums import InteractionType

from tests.wire.rules import ADMINISTRATOR, MANAGE_CHANNELS, MANAGE_ROLES
from tests.wire.standin import Pending, StandIn

PATIENCE = 60.0
"""Seconds for an answer, on the slowest machine."""
TEXT, VOICE = 0, 2
USER, MENTIONABLE = 6, 9
BUTTON, SELECT, TEXT_INPUT, LABEL = 2, 3, 4, 18


@dataclass
class Reply:
    """What one person got to see, with the seconds to its acknowledgement and its answer (None: never)."""

    standin: StandIn
    pending: Pending
    acknowledged: float | None
    answered: float | None

    @property
    def messages(self) -> list[Message]:
        """The answer and what followed it."""
        record = self.pending.record
        stored = self.standin.backend.messages.get(record.channel_id, {})
        ids = [*([record.message_id] if record.message_id else []), *record.followup_ids]
        return [stored[each] for each in ids if each in stored]

    @property
    def text(self) -> str:
        """All that can be read, in order."""
        return "\n".join(map(readable, self.messages))


class Server:
    """One server: `slash`, `complete`, `click` and `submit` are what its people do."""

    def __init__(self, standin: StandIn, name: str = "PyCon Wire") -> None:
        self.standin = standin
        self.guild = standin.backend.create_guild(name)
        self.lobby = standin.backend.create_channel(self.guild.id, "lobby", type=TEXT)

    def person(self, name: str, *, organizer: bool = False) -> int:
        """Return the id of a new member."""
        backend = self.standin.backend
        user = backend.make_user(name, global_name=name)
        roles = [backend.create_role(self.guild.id, name, permissions=ADMINISTRATOR).id] if organizer else []
        backend.add_member(self.guild.id, user.id, roles=roles, announce=True)
        return user.id

    def permit_bot(self, permissions: int) -> None:
        """Give the bot just these permissions, as an invitation does."""
        member = self.guild.members[self.standin.backend.bot_user.id]
        for role in member.role_ids:
            self.guild.roles[role].permissions = permissions
        self.guild.roles[self.guild.id].permissions &= ~(MANAGE_ROLES | MANAGE_CHANNELS)

    def channels(self, kind: int | None = None) -> list[Channel]:
        """Return the channels of one kind (0 text, 2 voice, 4 category), or all; not the lobby."""
        found = [self.standin.backend.channels[each] for each in self.guild.channel_ids]
        return [each for each in found if kind in {None, each.type} and each.id != self.lobby.id]

    def said(self, channel: Channel) -> list[str]:
        """Return what can be read in a channel, oldest first; without what only one person sees."""
        stored = self.standin.backend.messages.get(channel.id, {})
        return [readable(each) for each in stored.values() if not each.is_ephemeral]

    def move(self, person: int, voice: Channel | None) -> None:
        """Let a person enter a voice channel, or leave."""
        self.standin.backend.set_voice_state(self.guild.id, person, voice.id if voice else None)

    # ---------------------------------------------------------------------------------------------- acts

    async def slash(self, person: int, command: str, *, locale: str = "en-US", **options: Any) -> Reply:
        """Send a command such as `openspace host`, and wait for its answer."""
        data = self._command(command, options)
        return await self._act(person, InteractionType.APPLICATION_COMMAND, data, locale)

    async def complete(self, person: int, command: str, option: str, typed: str, **options: Any) -> list[str]:
        """Type into an option; return the values of the choices that are offered."""
        data = self._command(command, {**options, option: typed}, focused=option)
        reply = await self._act(person, InteractionType.APPLICATION_COMMAND_AUTOCOMPLETE, data, "en-US")
        return [choice["value"] for choice in reply.pending.record.autocomplete_choices or []]

    async def click(
        self, person: int, message: Message, custom_id: str, *, values: list[str] | None = None
    ) -> Reply:
        """Press a button, or choose `values` in a menu."""
        data: dict[str, Any] = {"custom_id": custom_id, "component_type": BUTTON}
        if values is not None:
            data |= {"component_type": SELECT, "values": values}
        return await self._act(person, InteractionType.MESSAGE_COMPONENT, data, "en-US", message)

    async def submit(self, person: int, form: Reply, **typed: str) -> Reply:
        """Send the form that a person was shown, with what they typed; menus stay as they are."""
        modal = form.pending.record.modal
        if modal is None:
            raise LookupError("no form was shown")
        labels = [label for label in modal["components"] if label["type"] == LABEL]
        fields = [{**label, "component": _filled(label["component"], typed)} for label in labels]
        data = {"custom_id": modal["custom_id"], "components": fields}
        return await self._act(person, InteractionType.MODAL_SUBMIT, data, "en-US")

    def _command(self, path: str, options: dict[str, Any], focused: str = "") -> dict[str, Any]:
        """Return a command's data as Discord's client sends it."""
        root, *rest = path.split()
        command = self._registered(root)
        leaf, nesting = interactions.walk_to_subcommand(command, rest)
        kinds = {option["name"]: option["type"] for option in leaf.get("options") or []}
        sent = [{"name": name, "type": kinds[name], "value": value} for name, value in options.items()]
        for option in sent:
            if option["name"] == focused:
                option["focused"] = True
        data: dict[str, Any] = {"id": command["id"], "name": root, "type": 1}
        data["options"] = interactions.nest_options(command, nesting, sent)
        named = [int(value) for name, value in options.items() if kinds[name] in {USER, MENTIONABLE}]
        if named:
            members = {str(each): self._member(each) for each in named}
            users = {each: member.pop("user") for each, member in members.items()}
            data["resolved"] = {"users": users, "members": members}
        return data

    def _registered(self, root: str) -> dict[str, Any]:
        for scope in (self.guild.id, None):
            for (name, _kind), command in self.standin.backend.commands.get(scope, {}).items():
                if name == root:
                    return command
        raise LookupError(f"the bot has registered no command {root}")

    def _member(self, person: int) -> dict[str, Any]:
        backend, guild = self.standin.backend, self.guild
        return dict(serializers.member_payload(backend, guild, guild.members[person]))

    async def _act(
        self,
        person: int,
        kind: InteractionType,
        data: dict[str, Any],
        locale: str,
        message: Message | None = None,
    ) -> Reply:
        """Send an interaction and wait until it is answered."""
        standin = self.standin
        record, payload = interactions.base_payload(
            standin.backend,
            type=kind,
            channel_id=message.channel_id if message else self.lobby.id,
            guild_id=self.guild.id,
            user_id=person,
            data=data,
        )
        payload["locale"] = locale
        if message:
            record.source_message_id = message.id
            payload["message"] = dict(serializers.message_payload(standin.backend, message))
        pending = standin.pending[record.id] = Pending(record)
        began = time.perf_counter()
        standin.backend.emit("INTERACTION_CREATE", payload)
        await asyncio.wait({pending.answered}, timeout=PATIENCE)
        acknowledged, answered = (
            future.result() - began if future.done() else None
            for future in (pending.acknowledged, pending.answered)
        )
        return Reply(standin, pending, acknowledged, answered)


def _filled(field: dict[str, Any], typed: dict[str, str]) -> dict[str, Any]:
    """Return a form's field as Discord's client sends it."""
    name = field["custom_id"]
    sent = {"type": field["type"], "custom_id": name}
    if field["type"] == TEXT_INPUT:
        return {**sent, "value": typed.get(name, field.get("value") or "")}
    chosen = [option["value"] for option in field.get("options") or [] if option.get("default")]
    return {**sent, "values": chosen}


def readable(message: Message) -> str:
    """Return all that a person reads in a message: its content, its layout's texts, its buttons' labels."""
    return "\n".join([*([message.content] if message.content else []), *_texts(message.components)])


def _texts(components: Any) -> Iterator[str]:
    for component in components or []:
        if component.get("content"):
            yield component["content"]
        if component.get("label"):
            yield f"[{component['label']}]"
        yield from _texts(component.get("components"))
        if component.get("accessory"):
            yield from _texts([component["accessory"]])
