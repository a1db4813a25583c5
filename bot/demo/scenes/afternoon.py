"""After lunch: a session that is called off, an idea that finds its host, and closing time."""

from __future__ import annotations

from bot.demo.scenes.cast import DJANGO, LATE, ROUND_TWO, WISH
from bot.demo.story import Story
from bot.domain.models import State


async def cancelled(story: Story) -> None:
    """R7, R10: who joined hears of a cancellation, once, in one place, with the reason."""
    await story.world.until("12:15")
    story.tell("Kenji books another round for half past one. Tariq and Zoe join.")
    booked = await story.slash("Kenji", "openspace host", topic=ROUND_TWO, when="13:30", quoted=False)
    for guest in ("Tariq", "Zoe"):
        await story.slash(guest, "openspace join", session="round two", quoted=False)
    names = {event.name for event in story.world.events()}
    story.expect(ROUND_TWO in names, "it stands among the server's own events")
    await story.world.until("12:40")
    story.tell("His laptop gives up.")
    asked = await story.press("Kenji", booked, "openspace:cancel:")
    form = await story.open_form("Kenji", asked, "openspace:cancelwhy:")
    await story.fill_in("Kenji", form, {"reason": "My laptop gave up, sorry!"})
    story.tell("Those who joined read it in the channel for news:")
    news = story.news()
    story.quote(news)
    guests = [story.world.people[guest].actor.mention for guest in ("Tariq", "Zoe")]
    story.expect(all(news.content.count(guest) == 1 for guest in guests), "Tariq and Zoe are told once")
    names = {event.name for event in story.world.events()}
    story.expect(ROUND_TWO not in names, "its event is gone with it")


async def afternoon(story: Story) -> None:
    """R8: an event's interested people are called; whoever hosts an idea finds its guests joined."""
    await story.world.until("14:00")
    django = await story.session(DJANGO)
    story.expect(django.state is State.OPEN, "what was booked in the morning opens in the afternoon")
    story.tell(f"“{DJANGO}” is on, as booked in the morning. Olivia is called:")
    await story.opening(DJANGO, "Olivia")
    await story.voice(DJANGO, "美玲", "Olivia")
    await story.world.until("14:55")
    story.tell("Priya has nothing planned, and looks at the ideas. Yuki's is still up:")
    page = await story.slash("Priya", "openspace ideas", quoted=False)
    form = await story.open_form("Priya", page, "openspace:hostidea:")
    filled = {"topic": WISH, "when": ["now"], "other": "15:00", "minutes": ["45"], "description": ""}
    await story.fill_in("Priya", form, filled)
    await story.world.until("15:00")
    story.tell("At her desk:")
    await story.opening(WISH, "Yuki", "Tariq")
    await story.voice(WISH, "Priya", "Yuki", "Tariq")


async def closing_time(story: Story) -> None:
    """R2, R4, R6: nothing runs past the window: what does not fit is refused, and what fits is one click."""
    await story.world.until("15:40")
    story.tell("Rust ends in five minutes, and there is more to say than Priya thought.")
    warning = (await story.written(WISH))[-1]
    end = (await story.session(WISH)).end
    await story.press("Priya", warning, f"openspace:until:{(await story.session(WISH)).id}:")
    story.expect((await story.session(WISH)).end > end, "one click extends it")
    story.tell("Wei has one more thing, and asks for an hour.")
    refused = await story.slash("Wei", "openspace host", topic=LATE, minutes=60)
    await story.press("Wei", refused, "openspace:take:")
    late = await story.session(LATE)
    story.expect(late.state is State.OPEN, "it starts at once")
    story.expect(late.end == story.world.at("16:15"), "it ends when Open Spaces close")
    await story.voice(LATE, "Wei")
    await story.world.until("15:55")
    story.tell("Priya wants half an hour more. That is too much, but something fits:")
    refused = await story.slash("Priya", "openspace extend", session="rust", minutes=30)
    story.expect((await story.session(WISH)).end == story.world.at("16:00"), "nothing is extended unasked")
    await story.press("Priya", refused, "openspace:until:")
    story.expect((await story.session(WISH)).end == story.world.at("16:15"), "it goes on while it may")


async def evening(story: Story) -> None:
    """R14: nothing is left behind."""
    await story.world.until("16:15")
    await story.leave("Priya", "Yuki", "Tariq", "Wei", "美玲", "Olivia")
    await story.world.until("16:30")
    story.tell("The day is over.")
    story.expect(not story.desks(), f"no desk is left behind, but there is {', '.join(story.desks())}")
    took_place = sum(card.session.state is State.ENDED for card in await story.world.cards())
    story.expect(took_place == 16, f"16 sessions took place, not {took_place}")
    kept = len(story.archive())
    story.expect(
        kept > 0 and kept == story.archived_words(), "what people wrote is in the archive, nothing else"
    )
    story.expect(len(story.world.events()) == 1, "among the server's events only tomorrow's is left")
    story.board(4, "Closed now · Day 2 opens")
