"""What organizers do on the day, all in Discord: set up, announce, change hours, end what harms, report."""

from __future__ import annotations

import struct

from bot.demo.look import web
from bot.demo.reading import Message, read
from bot.demo.scenes.cast import BURNOUT, RUDE
from bot.demo.story import Story
from bot.demo.world import NAME, STAFF_ROOM
from bot.domain.models import State

HOURS = (
    "Day 1: Sat 2 Oct 08:55-16:00\n"
    "Day 2: Sun 3 Oct 10:30-16:40\n"
    "* 14:30-15:20 No talks now"
)  # fmt: skip
LUNCH = "Lunch is in the foyer from 11:45 to 13:00. Take your badge."
BOSS = "Olivia"


async def set_up(story: Story) -> None:
    """R1, R2: a server without a programme asks its organizers, who type its days as in a mail."""
    story.tell(f"{BOSS} adds the bot to the server. Nobody else sees what it says in #{STAFF_ROOM}:")
    room = story.world.place(STAFF_ROOM)
    asked = story.need(room.last_message, "organizers are asked to set up")
    story.quote(asked)
    panel = await story.press(BOSS, asked, "openspace:setup", most=0)
    panel = await _step(story, panel, 1, {"name": NAME, "city": "Taipei"}, most=0)
    panel = await _step(story, panel, 2, {"hours": HOURS}, most=8)
    story.expect(not story.desks() and "open-space-board" not in story.world.guild.channels, "all is private")
    story.expect(not await web(story.world), "no page is on the web yet")
    await story.press(BOSS, panel, "openspace:setuplive", most=3)
    await story.world.advance(1)
    story.expect(story.world.at("16:00") == story.world.programme.windows[0].end, "they mean Taipei's clocks")
    story.tell(
        "Four clicks and two short forms: there are a board, a channel for news, a category for desks."
    )


async def _step(story: Story, panel: Message, number: int, values: dict[str, str], most: int) -> Message:
    form = await story.open_form(BOSS, panel, f"openspace:setupstep:{number}")
    return await story.fill_in(BOSS, form, values, most=most)


async def announced(story: Story) -> None:
    """R8, R21: one word to all is previewed, then said once at each open desk and on the board."""
    await story.world.until("11:05")
    since = len(story.world.env.http_requests)
    story.tell(f"The caterer is early. {BOSS} tells everyone, after a look at what they will read:")
    preview = await story.slash(BOSS, "openspace-admin announce", text=LUNCH)
    story.expect(not story.asked("POST", "/messages", since), "nobody reads it before it is sent")
    await story.press(BOSS, preview, "openspace:announcesend:")
    await story.world.advance(6)
    desks = sum(session.session.state is State.OPEN for session in await story.world.cards())
    said = story.asked("POST", "/messages", since)
    story.expect(said == desks > 1, f"it is said once at each of {desks} desks, not {said} times")
    story.board(3, LUNCH)


async def hours_moved(story: Story) -> None:
    """R12: whom new hours would leave outside is shown first; nothing is called off by itself."""
    await story.world.until("13:00")
    story.tell(f"Sunday's rooms are wanted back at three. {BOSS} tries that:")
    shown = await story.slash(BOSS, "openspace-admin window edit", window="Day 2", closes="15:00")
    story.expect(BURNOUT in "\n".join(read(story.world, shown)), "what would no longer fit is shown")
    await story.press(BOSS, shown, "openspace:revisiondrop")
    story.expect(story.world.programme.windows[1].end == story.world.at("16:40", 2), "nothing has changed")
    story.tell("She asks for the rooms instead, and gets today's for a quarter of an hour more:")
    await story.slash(BOSS, "openspace-admin window edit", window="Day 1", closes="16:15")
    story.expect(story.world.programme.windows[0].end == story.world.at("16:15"), "day 1 closes at 16:15")


async def reported(story: Story) -> None:
    """R18: who is bothered presses a button; organizers end it with one; who reported hears, unnamed."""
    await story.world.until("13:05")
    story.tell("Jonas has a desk. It is not about what he said.")
    await story.slash("Jonas", "openspace host", topic=RUDE, quoted=False)
    await story.voice(RUDE, "Jonas", "Yuki", "Sofia")
    number = (await story.session(RUDE)).id
    listed = await story.slash("Yuki", "openspace list", show="now", quoted=False)
    form = await story.open_form("Yuki", listed, f"openspace:report:{number}")
    await story.fill_in("Yuki", form, {"report": "He sells his course, and will not stop."})
    await story.world.advance(1)
    story.tell(f"In #{STAFF_ROOM}:")
    case = story.need(story.world.place(STAFF_ROOM).last_message, "organizers see a case")
    story.quote(case)
    form = await story.open_form(BOSS, case, "openspace:caseend:")
    await story.fill_in(BOSS, form, {"reason": "Open Spaces are not for sales."})
    story.expect((await story.session(RUDE)).state is State.ENDED, "one click ends it")
    await story.world.advance(1)
    last = (await story.written(RUDE))[-1]
    story.tell("At Jonas's desk:")
    story.quote(last)
    jonas, yuki = (story.world.people[name].actor for name in ("Jonas", "Yuki"))
    story.expect("Yuki" not in str([m.content for m in await story.written(RUDE)]), "nobody names Yuki")
    story.expect(jonas.mention in last.content and yuki.mention not in last.content, "its host is told why")
    await story.leave("Jonas", "Yuki", "Sofia")
    await story.world.advance(30)
    words = story.need(yuki.user.dm_channel.last_message, "Yuki hears what came of it")
    story.tell("And Yuki, from the bot alone:")
    story.quote(words)


async def told(story: Story) -> None:
    """R7: the day in figures, with a picture; and who did what."""
    story.tell(f"{BOSS} asks for the day's report, and gets this with a picture:")
    report = await story.slash(BOSS, "openspace-admin report", quoted=False)
    story.quote(report, most=9)
    files = [file for file in report.attachments if file.content_type == "image/png"]
    story.expect(len(files) == 1, "there is one picture")
    data = await files[0].read()
    width, height = struct.unpack(">II", data[16:24])
    story.expect(data.startswith(b"\x89PNG") and width == 1080, "it is a picture for a phone")
    story.line(f"{files[0].filename}, {width} × {height}")
    story.tell("And how was that at Jonas's desk?")
    trail = await story.slash(BOSS, "openspace-admin audit", session=RUDE)
    lines = "\n".join(read(story.world, trail))
    story.expect(
        "Open Spaces are not for sales." in lines and BOSS in lines, "the trail says who ended it, and why"
    )
