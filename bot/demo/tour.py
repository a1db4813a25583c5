"""A whole conference day as a story: played by the real bot on a simulated Discord, checked as it goes."""

from __future__ import annotations

from datetime import timedelta

import typer
from simcord import BackendError, MemberActor
from simcord import ChannelHandle as Channel

from bot.demo.reading import Message, buttons, read
from bot.demo.story import Story, Wrong
from bot.demo.world import World, open_world
from bot.domain.models import State
from bot.store.channels import Kind
from bot.ui.words import words_for

BEGINS = "08:40"
PATIENCE = 30.0
"""Seconds for one step of a loaded machine; the whole tour takes a few."""

COFFEE = "Coffee and code"
ASYNC = "How do you test async code?"
DJANGO = "台灣 Django 使用者聚會"
BURNOUT = "How to avoid burnout"
PARTY = "A manicure party"
LATE = "One more thing"
FULL_HOUSE = {
    "Ana": "Property-based testing",
    "Kenji": "Retro games with PyGame",
    "Priya": "Data visualisation clinic",
    "Jonas": "Home automation with Python",
    "Lucía": "Your first patch to CPython",
    "Wei": "Robots that run MicroPython",
    "Ben": "Board games",
    "Sofia": "Natural language processing",
    "Tariq": "Organizers of meetups",
    "Yuki": "AcroYoga for beginners",
}
GUESTS = ("Noor", "Olivia")


async def tour() -> int:
    """Play the day and tell it; return 0, or 1 at the first thing that is wrong."""
    try:
        async with open_world(BEGINS, patience=PATIENCE) as world:
            story = Story(world)
            _prologue(world)
            for scene in SCENES:
                await scene(story)
                story.sound()
            _epilogue(story)
    except Wrong as wrong:
        typer.echo(f"✗ {wrong}", err=True)
        return 1
    except BrokenPipeError:
        raise  # whoever listened has gone
    except Exception as error:  # noqa: BLE001 - whatever keeps the day from being played is a finding
        line = " ".join(str(error).split()) or type(error).__name__
        typer.echo(f"✗ The tour broke off: {type(error).__name__}: {line}", err=True)
        return 1
    return 0


def _prologue(world: World) -> None:
    today = f"{world.now():%A} {world.now().day} {world.now():%B}"
    typer.echo(
        f"{world.programme.name}: a day of Open Spaces, {today}.\n"
        "The bot is the real one. Only Discord, the people and the clock are simulated."
    )


async def early_bird(story: Story) -> None:
    """R2, R6: closed, with one click to the nearest time that fits; join ahead, by a word of the topic."""
    story.tell("Open Spaces open in a quarter of an hour. Ben cannot wait.")
    refused = await story.slash("Ben", "openspace host", topic=COFFEE)
    await story.press("Ben", refused, "openspace:take:")
    coffee = await story.session(COFFEE)
    story.expect(coffee.state is State.BOOKED, "one click books the offered time")
    story.expect(coffee.start == story.world.at("08:55"), "the offered time is the opening")
    story.tell("Sofia would like a coffee too.")
    await story.slash("Sofia", "openspace join", session="coffee")
    story.expect(not story.desks(), "no desk stands yet")


async def first_desk(story: Story) -> None:
    """R8: channels a few minutes ahead; at the start everyone who joined is mentioned, once."""
    await story.world.until("08:50")
    story.tell(f"Five minutes to go, and Ben's desk is there: {_named(story.desks())}.")
    story.expect(len(story.desks()) == 2, "a desk is one voice and one text channel")
    story.expect(not await story.written(COFFEE), "nothing is said before the start")
    await story.world.until("08:55")
    story.tell("Open Spaces are open. In Ben's text channel:")
    story.expect(await story.written(COFFEE), "the desk opens with a word")
    opening = (await story.written(COFFEE))[0]
    story.quote(opening)
    mention = story.world.people["Sofia"].actor.mention
    story.expect(opening.content.count(mention) == 1, "Sofia, who joined, is mentioned once")


async def start_now(story: Story) -> None:
    """R5, R8: start at once, with links; the same twice is one; a guest joins by button, in Chinese."""
    await story.world.until("09:10")
    story.tell("Ana has a question, and an hour.")
    await story.slash("Ana", "openspace host", topic=ASYNC)
    story.expect(len(await story.world.desk(ASYNC)) == 2, "the desk is there at once")
    story.tell("Did that work? Ana sends it again, to be sure.")
    await story.slash("Ana", "openspace host", topic=ASYNC, quoted=False)
    await story.session(ASYNC)
    story.tell("There is still one desk of hers. 志豪, whose Discord is in Chinese, looks around.")
    found = await story.slash("志豪", "openspace list", show="now")
    words = words_for("zh-TW")
    story.expect(words("button-join") in buttons(found).values(), "志豪 reads Chinese")
    number = (await story.session(ASYNC)).id
    joined = await story.press("志豪", found, f"openspace:join:{number}")
    story.expect(ASYNC in read(story.world, joined)[0], "志豪 reads what he has joined")
    story.tell("And at Ana's desk:")
    greeting = (await story.written(ASYNC))[-1]
    story.quote(greeting)
    story.expect(
        story.world.people["志豪"].actor.mention in greeting.content, "host and guest are introduced"
    )


async def plans(story: Story) -> None:
    """R6: real free times, the highlight first; and a form for those who would rather not type commands."""
    await story.world.until("09:30")
    story.tell("Noor plans ahead. Discord offers her the times that are free, the recommended ones first:")
    noor = story.world.people["Noor"].actor
    choices = await noor.autocomplete(story.world.lobby, "openspace host", "when", "")
    for choice in choices[:4]:
        story.line(choice["name"])
    highlight = story.world.programme.windows[-1].highlights[0]
    first = next((c for c in choices[:2] if highlight.name in c["name"]), None)
    picked = story.need(first, "the time without talks is offered first")
    await story.slash("Noor", "openspace host", topic=BURNOUT, when=picked["value"], minutes=50)
    story.expect((await story.session(BURNOUT)).start == highlight.start, "it is booked as picked")
    story.tell("美玲 prefers the form.")
    form = await story.world.people["美玲"].actor.slash(story.world.lobby, "openspace host")
    filled = {
        "topic": DJANGO,
        "when": ["now"],
        "other": "下午2:00",
        "minutes": ["90"],
        "description": "新手也歡迎",
    }
    await story.fill_in("美玲", form, **filled)
    django = await story.session(DJANGO)
    story.expect(django.start == story.world.at("14:00"), "下午2:00 is two in the afternoon")
    story.expect(django.end - django.start == timedelta(minutes=90), "90 minutes are 90 minutes")


async def full_house(story: Story) -> None:
    """R3, R6: ten at once and not one more; the eleventh gets the nearest free time with one click."""
    await story.world.until("10:15")
    story.tell("After the keynote everybody wants a desk at half past ten:")
    for name, topic in FULL_HOUSE.items():
        await story.slash(name, "openspace host", topic=topic, when="10:30", quoted=False)
        story.expect((await story.session(topic)).state is State.BOOKED, f"{name} gets a desk")
    story.tell("Ten desks, all booked. Zoe is the eleventh.")
    refused = await story.slash("Zoe", "openspace host", topic=PARTY, when="10:30")
    await story.press("Zoe", refused, "openspace:take:")
    party = await story.session(PARTY)
    story.expect(party.start == story.world.at("11:30"), "the nearest free time is when the ten end")
    story.tell("志豪 remembers one word, but it is in three topics.")
    which = await story.slash("志豪", "openspace join", session="python")
    await story.press("志豪", which, f"openspace:join:{(await story.session(FULL_HOUSE['Wei'])).id}")
    for guest in GUESTS:
        await story.slash(guest, "openspace join", session="board games", quoted=False)


async def ten_open(story: Story) -> None:
    """R8: ten desks in one minute, at the price of twenty channels and ten messages."""
    board_games, since = FULL_HOUSE["Ben"], len(story.world.env.http_requests)
    await story.world.until("10:25")
    channels = story.asked("POST", "/channels", since)
    story.expect(channels == 20, f"Discord is asked for 20 channels, not {channels}")
    await story.world.until("10:30")
    messages = story.asked("POST", "/messages", since)
    story.expect(messages == 10, f"each desk opens with one message, not {messages} for ten")
    story.tell(f"Ten desks open: {channels} channels, {messages} messages. The board games:")
    opening = (await story.written(board_games))[0]
    story.quote(opening)
    guests = [story.world.people[guest].actor.mention for guest in GUESTS]
    story.expect(all(opening.content.count(guest) == 1 for guest in guests), "both guests are mentioned once")
    for name, topic in FULL_HOUSE.items():
        await story.voice(topic, name)
    await story.voice(board_games, *GUESTS)
    story.act("Ben, Noor and Olivia walk into its voice channel; the other hosts into theirs.")
    story.tell("What Zoe sees:")
    story.kept["Zoe"] = await story.slash("Zoe", "openspace list", show="now")
    story.expect(_joins(story.kept["Zoe"]), "there are sessions to join")


async def mishaps(story: Story) -> None:
    """R14: a restart loses and repeats nothing, old buttons work; a channel deleted by hand comes back."""
    board_games = FULL_HOUSE["Ben"]
    await story.world.until("10:45")
    before = story.desks()
    told = {topic: len(await story.written(topic)) for topic in FULL_HOUSE.values()}
    await story.world.restart()
    await story.world.env.settle()
    story.tell("The bot's computer restarts in the middle of it all. Zoe's list is still open:")
    await story.press("Zoe", story.kept["Zoe"], _joins(story.kept["Zoe"])[0])
    story.expect(story.desks() == before, "the same channels stand after a restart")
    after = {topic: len(await story.written(topic)) for topic in FULL_HOUSE.values()}
    story.expect(sum(after.values()) == sum(told.values()) + 1, "nothing is said again but Zoe's greeting")
    desk = await story.world.desk(board_games)
    story.world.env.backend.delete_channel(desk[Kind.TEXT].id)
    await story.world.advance(1)
    story.tell("An organizer deletes the wrong channel. A moment later:")
    again = await story.world.desk(board_games)
    story.expect(
        Kind.TEXT in again and again[Kind.TEXT].id != desk[Kind.TEXT].id, "the channel is made again"
    )
    story.line(f"#{again[Kind.TEXT].name} is back")
    story.expect(sorted(story.desks()) == sorted(before), "every desk has its two channels again")


async def closing(story: Story) -> None:
    """R9: the desk is free at once, words stay and then go to the archive, talkers have a grace."""
    board_games, ben = FULL_HOUSE["Ben"], story.world.people["Ben"].actor
    for name in FULL_HOUSE.keys() - {"Ben"}:
        await story.world.people[name].actor.leave_voice()
    await story.world.until("11:30")
    story.expect((await story.session(board_games)).state is State.ENDED, "sessions end on time")
    party = await story.session(PARTY)
    story.expect(party.state is State.OPEN, "the next one opens in the very minute")
    zoes = [str(channel.name) for channel in (await story.world.desk(PARTY)).values()]
    story.tell(
        f"Time is up at ten desks, and Zoe's opens, at desk {party.desk}. The others may still swap links."
    )
    text = (await story.world.desk(board_games))[Kind.TEXT]
    await story.world.until("11:36")
    story.tell("Ben writes: The game we played is called Azul!")
    said = await ben.send(text, "The game we played is called Azul!")
    await story.world.until("11:40")
    story.tell(f"Ten minutes later the channels move to the archive, {len(story.archive())} by now.")
    story.expect(text.name in story.archive(), "the text channel is archived")
    story.expect(not await _may_write(ben, text), "the archive is read-only")
    story.expect(said.content in [m.content for m in text.history()], "what was said can still be read")
    stands = sorted(story.desks()) == sorted([board_games, *zoes])
    story.expect(stands, "of the ten desks only the voice channel with people in it stands")
    await story.world.until("11:55")
    story.tell("Ben, Noor and Olivia are still playing. In their voice channel:")
    words = await story.written(board_games, Kind.VOICE)
    story.expect(words, "there is a word before the voice channel goes")
    story.quote(words[-1])
    await story.world.until("12:00")
    story.expect(sorted(story.desks()) == sorted(zoes), "the voice channel goes at last")
    story.tell("It is gone, as it had said. Lunch!")


async def afternoon(story: Story) -> None:
    """R4: a length that was asked for is never cut silently; start now takes what fits."""
    await story.world.until("14:00")
    django = await story.session(DJANGO)
    story.expect(django.state is State.OPEN, "what was booked in the morning opens in the afternoon")
    story.tell(f"“{DJANGO}” is on, as booked in the morning.")
    await story.world.until("15:40")
    story.tell("Wei has one more thing.")
    refused = await story.slash("Wei", "openspace host", topic=LATE, minutes=60)
    await story.press("Wei", refused, "openspace:take:")
    late = await story.session(LATE)
    story.expect(late.state is State.OPEN, "it starts at once")
    story.expect(late.end == story.world.at("16:15"), "it ends when Open Spaces close")


async def evening(story: Story) -> None:
    """R14: nothing is left behind."""
    await story.world.until("16:30")
    story.tell("The day is over.")
    story.expect(not story.desks(), f"no desk is left behind, but there is {_named(story.desks())}")
    cards = await story.world.bot.service.cards(story.world.guild.id, 0)
    over = [card for card in cards if card.session.state is State.ENDED]
    story.expect(len(over) == 15, f"15 sessions took place, not {len(over)}")
    story.expect(len(story.archive()) == len(over), "every session's words are in the archive")


SCENES = (
    early_bird,
    first_desk,
    start_now,
    plans,
    full_house,
    ten_open,
    mishaps,
    closing,
    afternoon,
    evening,
)


def _epilogue(story: Story) -> None:
    requests = len(story.world.env.http_requests)
    story.tell(
        f"{len(story.archive())} sessions took place. Their words are in the archive, nothing else is left."
    )
    story.tell(f"All day long the bot sent Discord {requests} requests.")
    typer.echo(f"\n✓ All is as it should be. Tomorrow: “{BURNOUT}”.")


def _named(channels: list[str]) -> str:
    return ", ".join(channels)


def _joins(message: Message) -> list[str]:
    return [custom_id for custom_id in buttons(message) if ":join:" in custom_id]


async def _may_write(actor: MemberActor, channel: Channel) -> bool:
    try:
        await actor.send(channel, "One more thing")
    except BackendError:
        return False
    return True
