"""What has happened before a visitor comes: a morning of Open Spaces, by the people's own commands."""

from __future__ import annotations

from datetime import timedelta

from bot.demo.reading import buttons
from bot.demo.world import World
from bot.domain.models import State
from bot.domain.records import Kind

BEGINS = "10:00"
ENDS = "11:07"
SETTLED = timedelta(minutes=7)
"""How long somebody's own programme has been open when they come to see it."""


async def play_morning(world: World) -> None:
    """Let people host, join and talk from 10:00 to 11:07, so that there is something to see and to join."""
    await _host(world, "Kenji", "Retro games with PyGame", minutes=35)
    await _enter(world, "Retro games with PyGame", "Kenji", "Yuki")
    await _host(world, "Lucía", "Your first patch to CPython", when="11:00", description="Beginners welcome!")
    await _join(world, "Your first patch", "Sofia", "Tariq", "志豪")
    await _remind(world, "Your first patch", "Sofia", "志豪")
    await world.wish("Zoe", "Rust for Python people")
    await _me_too(world, "Tariq", "Ben")
    await world.until("10:10")
    await _host(world, "Jonas", "Home automation with Python")  # and never comes: R11 gives the desk away
    await world.until("10:20")
    await _host(world, "Ana", "How do you test async code?", description="Bring your flakiest test.")
    await _host(world, "Wei", "Robots that run MicroPython", when="11:30")
    await _enter(world, "How do you test async code?", "Ana", "Ben", "Yuki")
    await _join(world, "async", "Ben")
    await _join(world, "Robots", "Olivia", "Zoe")
    await world.until("10:40")
    await _host(world, "Priya", "Data visualisation clinic", minutes=90)
    await _host(world, "Noor", "How to avoid burnout", when="day 2 14:30", minutes=50)
    await _host(
        world, "美玲", "台灣 Django 使用者聚會", when="14:00", description="聊聊大家的專案，新手也歡迎。"
    )
    await _join(world, "Django", "志豪", "Wei")
    await world.people["Ben"].actor.subscribe_event(world.events()[-1])
    await _enter(world, "Data visualisation clinic", "Priya", "Zoe")
    await world.people["Wei"].actor.slash(world.lobby, "openspace edit", session="Robots", when="11:45")
    await world.until("11:02")
    await _enter(world, "Your first patch to CPython", "Lucía", "Sofia", "Tariq")
    talk = (await world.desk("Your first patch to CPython"))[Kind.TEXT]
    await world.people["Lucía"].actor.send(talk, "Hi all! Who has the devguide open already?")
    await world.people["Sofia"].actor.send(talk, "Me! Building it right now.")
    await world.until(ENDS)


async def play_opening(world: World) -> None:
    """Let people host as somebody's own programme opens; where its rules say no to one, the others go on."""
    later = world.now() + timedelta(hours=1)
    await _host(world, "Ana", "How do you test async code?", description="Bring your flakiest test.")
    await _host(world, "Kenji", "Retro games with PyGame")
    await _host(world, "美玲", "台灣 Django 使用者聚會", when=f"{later:%Y-%m-%d %H:%M}")
    highlight = next((each for window in world.programme.windows for each in window.highlights), None)
    if highlight:
        await _host(
            world, "Noor", "How to avoid burnout", when=f"{world.local(highlight.start):%Y-%m-%d %H:%M}"
        )
    for card in await world.cards():
        if card.session.state is State.OPEN:
            await _enter(world, card.session.topic, card.session.host_name, "Ben")
            await _join(world, card.session.topic, "Yuki")
    await world.advance(SETTLED.total_seconds())


async def _me_too(world: World, *names: str) -> None:
    """Let people say that they would come to the only idea that is up."""
    for name in names:
        actor = world.people[name].actor
        page = (await actor.slash(world.lobby, "openspace ideas")).response
        if page:
            await actor.click(page, custom_id="openspace:metoo:1")


async def _host(world: World, name: str, topic: str, **options: str | int) -> None:
    await world.people[name].actor.slash(world.lobby, "openspace host", topic=topic, **options)


async def _join(world: World, session: str, *names: str) -> None:
    for name in names:
        await world.people[name].actor.slash(world.lobby, "openspace join", session=session)


async def _remind(world: World, session: str, *names: str) -> None:
    """Let people ask for a private word before a session that they have joined."""
    for name in names:
        actor = world.people[name].actor
        mine = (await actor.slash(world.lobby, "openspace join", session=session)).response
        button = (
            next((each for each in buttons(mine) if each.startswith("openspace:remind:")), None)
            if mine
            else None
        )
        if mine and button:
            await actor.click(mine, custom_id=button)


async def _enter(world: World, topic: str, *names: str) -> None:
    """Let people walk into a desk's voice channel."""
    voice = (await world.desk(topic))[Kind.VOICE]
    for name in names:
        await world.people[name].actor.join_voice(voice)
