"""The rush after the keynote: ten desks at once, one whose host never comes, and what may go wrong."""

from __future__ import annotations

from simcord import BackendError, MemberActor
from simcord import ChannelHandle as Channel

from bot.demo.reading import read
from bot.demo.scenes.cast import ABSENT, BOARD_GAMES, FULL_HOUSE, GUESTS, PARTY
from bot.demo.story import Story
from bot.domain.models import State
from bot.domain.records import Kind


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
    since = len(story.world.env.http_requests)
    await story.world.until("10:25")
    channels = story.asked("POST", "/channels", since)
    story.expect(channels == 20, f"Discord is asked for 20 channels, not {channels}")
    await story.world.until("10:30")
    messages = story.asked("POST", "/messages", since)
    story.expect(messages == 10, f"each desk opens with one message, not {messages} for ten")
    story.tell(f"Ten desks open: {channels} channels, {messages} messages. The board games:")
    await story.opening(BOARD_GAMES, *GUESTS)
    for name in FULL_HOUSE.keys() - {ABSENT}:
        await story.voice(FULL_HOUSE[name], name)
    await story.voice(BOARD_GAMES, *GUESTS)
    story.act(
        f"Ben, Noor and Olivia walk into its voice channel; the other hosts, but {ABSENT}, into theirs."
    )
    await story.world.until("10:31")
    story.tell("What everyone sees on the board:")
    story.board(8, "No desk free now · next one", "On now")


async def no_show(story: Story) -> None:
    """R11: where nobody comes, the host is warned half way, and then the desk is free for others."""
    topic = FULL_HOUSE[ABSENT]
    await story.world.until("10:38")
    story.tell(f"Nobody is at {ABSENT}'s desk. There:")
    words = await story.written(topic)
    story.expect(len(words) == 1, f"{ABSENT} is warned once")
    story.quote(words[-1])
    await story.world.until("10:45")
    story.tell(f"{ABSENT} does not come, and the board has a desk for somebody else:")
    story.expect((await story.session(topic)).state is State.RELEASED, "the desk is given away")
    await story.world.advance(5)
    free = next((line for line in read(story.world, story.world.board()) if "desks free" in line), None)
    story.line(story.need(free, "the board says that a desk is free"))
    story.expect("1 of 10 desks free now" in (free or ""), "one desk is free again")


async def mishaps(story: Story) -> None:
    """R14: a restart loses and repeats nothing, old buttons work; a channel deleted by hand comes back."""
    await story.world.until("10:50")
    before, board = story.desks(), story.world.board()
    here = [topic for name, topic in FULL_HOUSE.items() if name != ABSENT]
    told = {topic: len(await story.written(topic)) for topic in here}
    await story.world.restart()
    await story.world.env.settle()
    story.tell("The bot's computer restarts in the middle of it all. The board's menu works as before:")
    await story.choose("Zoe", board, BOARD_GAMES)
    story.expect(story.world.board().id == board.id, "the same board stands after a restart")
    story.expect(story.desks() == before, "the same channels stand after a restart")
    after = {topic: len(await story.written(topic)) for topic in here}
    story.expect(sum(after.values()) == sum(told.values()) + 1, "nothing is said again but Zoe's greeting")
    desk = await story.world.desk(BOARD_GAMES)
    story.world.env.backend.delete_channel(desk[Kind.TEXT].id)
    await story.world.advance(1)
    story.tell("An organizer deletes the wrong channel. A moment later:")
    again = await story.world.desk(BOARD_GAMES)
    story.expect(
        Kind.TEXT in again and again[Kind.TEXT].id != desk[Kind.TEXT].id, "the channel is made again"
    )
    story.line(f"#{again[Kind.TEXT].name} is back")
    story.expect(sorted(story.desks()) == sorted(before), "every desk has its two channels again")


async def closing(story: Story) -> None:
    """R9: the desk is free at once, words stay and then go to the archive, talkers have a grace."""
    ben = story.world.people["Ben"].actor
    await story.world.until("11:29")
    await story.leave(*FULL_HOUSE.keys() - {"Ben"})
    await story.world.until("11:30")
    story.expect((await story.session(BOARD_GAMES)).state is State.ENDED, "sessions end on time")
    party = await story.session(PARTY)
    story.expect(party.state is State.OPEN, "the next one opens in the very minute")
    zoes = [str(channel.name) for channel in (await story.world.desk(PARTY)).values()]
    await story.voice(PARTY, "Zoe")
    story.tell(f"Time is up, and Zoe's desk opens, number {party.desk}. The others may still swap links.")
    text = (await story.world.desk(BOARD_GAMES))[Kind.TEXT]
    await story.world.until("11:36")
    story.tell("Ben writes: The game we played is called Azul!")
    said = await ben.send(text, "The game we played is called Azul!")
    await story.world.until("11:40")
    story.tell(f"Ten minutes later the channels move to the archive, {len(story.archive())} by now.")
    story.expect(text.name in story.archive(), "the text channel is archived")
    story.expect(not await _may_write(ben, text), "the archive is read-only")
    story.expect(said.content in [m.content for m in text.history()], "what was said can still be read")
    stands = sorted(story.desks()) == sorted([BOARD_GAMES, *zoes])
    story.expect(stands, "of the ten desks only the voice channel with people in it stands")
    await story.world.until("11:55")
    story.tell("Ben, Noor and Olivia are still playing. In their voice channel:")
    words = await story.written(BOARD_GAMES, Kind.VOICE)
    story.expect(words, "there is a word before the voice channel goes")
    story.quote(words[-1])
    await story.world.until("12:00")
    story.expect(sorted(story.desks()) == sorted(zoes), "the voice channel goes at last")
    story.tell("It is gone, as it had said. Lunch!")


async def _may_write(actor: MemberActor, channel: Channel) -> bool:
    try:
        await actor.send(channel, "One more thing")
    except BackendError:
        return False
    return True
