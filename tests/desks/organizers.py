"""What organizers do in a random conference, by their commands and buttons, and what gives them work."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from bot.domain.refusal import Refusal
from bot.service import Person
from bot.store.drafts import Draft
from tests.cogs.reporting import crew_room
from tests.conftest import buttons
from tests.desks.conftest import rows

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from tests.desks.player import Player

SETTINGS = {
    "sessions.lead_minutes": ["0", "5"],
    "sessions.grace_minutes": ["0", "10"],
    "sessions.no_show_minutes": ["0", "10"],
    "sessions.max_minutes": ["20", "60", "120"],
    "sessions.max_upcoming_per_host": ["1", "3"],
    "sessions.starts_per_hour": ["1", "4"],
}
EDGES = ["8:00", "8:20", "9:00", "10:00", "16:15", "17:00"]
DESKS = 10


async def open_desks(player: Player) -> None:
    """Ten people start a session each in one moment; as many others are there."""
    world = player.world
    hosts = [world.person(f"host{n}") for n in range(DESKS)]
    with world.env._bot_scope():
        for number, host in enumerate(hosts):
            draft = Draft(host.id, f"Topic {number}", "", "now", player.rng.choice([10, 20, 30, 60]))
            await world.bot.service.hosting.host(world.guild.id, player.as_person(host), draft)
    await world.env.advance_time(10)


async def use_room(player: Player) -> None:
    """Organizers read in a channel of their own, in one that everybody sees, or nowhere."""
    world = player.world
    where = player.rng.choice(["own", "public", "nowhere"])
    if where == "public":
        world.env.backend.edit_guild(world.guild.id, {"public_updates_channel_id": world.lobby.id})
    if where == "own":
        player.room = await crew_room(world)
        player.theirs.add(player.room.id)


async def admin(player: Player, name: str, /, **options: Any) -> None:
    boss = player.world.organizer()
    player.told[-1] += f" {name} {options}"
    result = await boss.slash(player.world.lobby, f"openspace-admin {name}", **options)
    await player.keep(boss, result)


async def go_on(player: Player) -> None:
    """Mostly press something under the answer of just now: yes, another time, a reason, undo."""
    if player.answers and player.rng.random() < 0.7:
        await player.press(*player.answers[-1])


async def pause(player: Player) -> None:
    """New sessions are paused, or taken again."""
    paused = player.world.bot.service.rules(player.world.guild.id).paused is not None
    if paused is player.rng.choice([True, True, False]):
        await admin(player, "resume")
    else:
        await admin(player, "pause", reason=player.topic())


async def moderate(player: Player) -> None:
    """An organizer moves, cancels or ends a session, and may undo that; what asks first is mostly clicked."""
    reason = player.rng.choice([{}, {"reason": player.topic()}])
    session = player.session()
    is_open = rows(player.world, "SELECT 1 FROM session WHERE id = ? AND state = 'open'", session)
    command = player.rng.choice(["move", "end" if is_open else "cancel"])
    more = {"when": player.rng.choice(["now", "in 7 minutes", "in 40 minutes"])} if command == "move" else {}
    await admin(player, command, session=session, **more, **reason)
    await go_on(player)
    await go_on(player)


async def announce(player: Player) -> None:
    """An organizer tells everybody something, and may take it down."""
    await admin(player, "announce", text=player.topic(), hours=1)
    await go_on(player)
    if player.rng.choice([True, False, False]):
        await go_on(player)


async def block(player: Player) -> None:
    """An organizer blocks somebody, or everybody may host again."""
    if player.rng.choice([True, False]):
        until = player.rng.choice([{"until": "10 minutes"}, {}])
        await admin(player, "block", member=player.somebody(), **until)
    else:
        await admin(player, "block")
    await go_on(player)


async def settings(player: Player) -> None:
    """An organizer changes how many desks there are, or another rule; and may undo that."""
    key = player.rng.choice(["conference.parallel_limit", *SETTINGS])
    value = player.rng.choice(SETTINGS.get(key, ["1", "2", "3", str(player.limit)]))
    if player.rng.choice([True, True, True, False]):
        await admin(player, "settings set", key=key, value=value)
    else:
        await admin(player, "settings reset", key=key)
    await go_on(player)
    await go_on(player)


async def windows(player: Player) -> None:
    """An organizer adds, edits or removes a window; sessions in it are kept, moved or called off."""
    choice = player.rng.choice
    what = choice(["add", "edit", "edit", "remove"])
    if what == "add":
        opens = choice(EDGES)
        await admin(
            player, "window add", opens=f"1 Jan {opens}", closes=choice(EDGES), name=choice(["A", "B"])
        )
    elif what == "edit":
        edge = choice(["opens", "closes", "closes"])
        await admin(player, "window edit", window=choice(["Day 1", "Day 1", "A"]), **{edge: choice(EDGES)})
    else:
        await admin(player, "window remove", window=choice(["Day 1", "Day 2", "A", "B"]))
    for _ in range(3):
        await go_on(player)


async def report(player: Player) -> None:
    """Somebody reports a session, from the list."""
    actor = player.somebody()
    player.told[-1] += f" {actor.name}"
    page = (await actor.slash(player.world.lobby, "openspace list", show="all")).response
    found = [each for each in buttons(page).values() if ":report:" in each] if page else []
    if found:
        await player.press(actor, page, among=found)


async def decide(player: Player) -> None:
    """An organizer goes through what was reported, and who was sent out."""
    await admin(player, "reports")
    await go_on(player)
    await go_on(player)


async def see_to(player: Player) -> None:
    """An organizer presses a button where organizers are told things: a case, a host who left."""
    room = player.room or player.world.lobby
    messages = [message for message in room.history() if message.components]
    if messages:
        boss = player.world.organizer()
        await player.press(boss, player.rng.choice(messages))
        await go_on(player)


async def send_out(player: Player) -> None:
    """Somebody at an open desk is sent out by its host; they may come back, and be let in again."""
    world = player.world
    sql = (
        "SELECT s.id, s.host_id, v.discord_id, t.discord_id FROM session s"
        " JOIN record v ON v.session_id = s.id AND v.kind = 'voice' AND v.gone_at IS NULL AND NOT v.surplus"
        " JOIN record t ON t.session_id = s.id AND t.kind = 'text' AND t.gone_at IS NULL AND NOT t.surplus"
        " WHERE s.state = 'open' ORDER BY s.id"
    )
    known = {actor.id: actor for actor in player.present()}
    desks = [
        found for found in rows(world, sql) if found[1] in known and found[2] in world.env.backend.channels
    ]
    if not desks:
        return
    session, host_id, voice, text = player.rng.choice(desks)
    guest, host = player.somebody(), known[host_id]
    player.told[-1] += f" {guest.name} of {session} by {host.name}"
    for _ in range(player.rng.choice([1, 2])):
        await player.enter(guest, voice)
        channel = player.channel(text)
        cards = [m for m in channel.history() if m.components] if channel else []
        if cards:
            await player.press(host, cards[0], among=[f"openspace:sendout:{session}"])
    back, come = player.rng.choice([True, False]), player.rng.choice([True, False])
    if back:
        await go_on(player)
    if come:
        await player.keep(guest, await guest.slash(world.lobby, "openspace join", session=str(session)))
        if player.channel(voice):
            await player.enter(guest, voice)


async def give(player: Player) -> None:
    """A session is offered to somebody, who mostly takes it over; perhaps one who is blocked meanwhile."""
    world, member, session = player.world, player.somebody(), int(player.session())
    boss = Person(world.organizer().id, "boss", organizer=True)
    player.told[-1] += f" {session} to {member.name}"
    with world.env._bot_scope(), suppress(Refusal):
        await world.bot.service.offers.host(world.guild.id, session, boss, player.as_person(member))
    await world.env.settle()
    if player.rng.random() < 0.3:
        await admin(player, "block", member=member)
    custom_id = f"openspace:takeover:{session}:{member.id}"
    for channel in player.channels(text=True):
        for message in channel.history():
            await player.press(member, message, among=[custom_id])


async def depart(player: Player) -> None:
    """Somebody leaves the server; or somebody who has left comes back."""
    world, here = player.world, player.present()
    gone = [actor for name, actor in world.people.items() if actor not in here and name != "boss"]
    if gone and player.rng.random() < 0.5:
        back = player.rng.choice(gone)
        player.told[-1] += f" back {back.name}"
        world.guild.add_member(back.user)
    elif len(here) > 2:
        actor = player.rng.choice(here)
        player.told[-1] += f" {actor.name}"
        if actor.id in world.guild._guild.voice_states:
            await actor.leave_voice()  # as Discord does, and simcord does not
        world.guild.remove_member(actor)
    await world.env.settle()


ACTS: list[tuple[Callable[[Player], Awaitable[None]], int]] = [
    (pause, 1),
    (moderate, 3),
    (announce, 2),
    (block, 2),
    (settings, 2),
    (windows, 2),
    (report, 1),
    (decide, 1),
    (see_to, 2),
    (send_out, 3),
    (give, 1),
    (depart, 1),
]
