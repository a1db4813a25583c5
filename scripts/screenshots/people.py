"""What hosts and guests see: lists, forms, answers, news."""

from __future__ import annotations

from simcord.actors import MemberActor
from simcord.results import ResponseMessage

from bot.domain.records import Kind
from scripts.screenshots.cast import IDEAS, MORE_TOPICS, TOPICS
from scripts.screenshots.stage import Stage, desk_of, shown


async def draw(scene: Stage) -> None:
    """Play the scenes of the README and draw each."""
    reader = scene.reader
    empty = await reader.slash(scene.lobby, "openspace list")
    await scene.shot("list-empty", reader, scene.lobby, empty)
    form = await reader.slash(scene.lobby, "openspace host")
    await scene.shot("form", reader, scene.lobby, form)
    hosts = scene.cast
    for host, (_, topic, when, about) in zip(hosts, TOPICS[scene.language], strict=False):
        options = {"topic": topic, "description": about} | ({"when": when} if when else {})
        result = await host.slash(scene.lobby, "openspace host", **options)
    await scene.shot("hosted", host, scene.lobby, result)
    joined = await reader.slash(scene.lobby, "openspace join", session=TOPICS[scene.language][0][1])
    await scene.shot("joined", reader, scene.lobby, joined)
    short = await reader.slash(scene.lobby, "openspace list")
    await scene.shot("list-short", reader, scene.lobby, short)
    desk = (await desk_of(scene, TOPICS[scene.language][0][1]))[Kind.TEXT]
    await scene.shot("greeting", reader, desk, desk.last_message)
    for other, topic in zip(hosts[2:], MORE_TOPICS[scene.language], strict=True):
        await other.slash(scene.lobby, "openspace host", topic=topic)
    full = await reader.slash(scene.lobby, "openspace list")
    await scene.shot("list-full", reader, scene.lobby, full)
    refused = await reader.slash(
        scene.lobby, "openspace host", topic=TOPICS[scene.language][4][1], minutes=30
    )
    await scene.shot("refusal", reader, scene.lobby, refused)
    helped = await reader.slash(scene.lobby, "openspace help")
    await scene.shot("help", reader, scene.lobby, helped)


async def draw_changes(scene: Stage) -> None:
    """Draw what a host changes: the panel, the form, how much longer, the question before the end."""
    host, guest = scene.cast[2:4]
    (_, first, _, about), (_, second, *_) = TOPICS[scene.language][:2]
    # Longer than half the longest, so that the lengths that fit are few enough to read at a glance.
    options = {"topic": first, "description": about, "minutes": 75}
    await host.slash(scene.lobby, "openspace host", **options)
    await host.slash(scene.lobby, "openspace host", topic=second, when="15:00")
    await guest.slash(scene.lobby, "openspace join", session=first)
    await host.slash(scene.lobby, "openspace edit", session=first, seats=8)
    await scene.shot(
        "edit-form", host, scene.lobby, await host.slash(scene.lobby, "openspace edit", session=second)
    )
    changed = await host.slash(scene.lobby, "openspace edit", session=second, when="14:45", seats=6)
    await scene.shot("edited", host, scene.lobby, changed)
    longer = await host.slash(scene.lobby, "openspace extend", session=first)
    await scene.shot("extend", host, scene.lobby, longer)
    mine = await host.slash(scene.lobby, "openspace list", show="mine")
    await scene.shot("mine", host, scene.lobby, mine)
    with scene.env.time_context():
        number = (await scene.bot.service.finding.find(scene.guild.id, first)).id
    panel = await host.click(shown(mine), custom_id=f"openspace:session:{number}")
    await scene.shot("panel", host, scene.lobby, panel)
    asked = await host.click(shown(panel), custom_id=f"openspace:end:{number}")
    await scene.shot("end", host, scene.lobby, asked)


async def draw_told(scene: Stage) -> None:
    """Draw what those who joined hear of changes, and the word at a desk before its end."""
    hosts = scene.cast[:5]
    for host, (_, topic, when, _) in zip(hosts, TOPICS[scene.language], strict=True):
        await host.slash(scene.lobby, "openspace host", topic=topic, **({"when": when} if when else {}))
        await scene.reader.slash(scene.lobby, "openspace join", session=topic)
    first, _, moved, called_off, _ = (topic for _, topic, _, _ in TOPICS[scene.language])
    await hosts[2].slash(scene.lobby, "openspace edit", session=moved, when="14:15")
    reason = {"en": "I caught a cold, sorry!", "zh-TW": "我感冒了，抱歉！"}[scene.language]
    asked = await hosts[3].slash(scene.lobby, "openspace cancel", session=called_off, reason=reason)
    await hosts[3].click(shown(asked), label={"en": "Yes, cancel it", "zh-TW": "確定取消"}[scene.language])
    await scene.shot("news", scene.reader, scene.guild.channels["open-space-news"])
    desk = await desk_of(scene, first)
    await hosts[0].join_voice(desk[Kind.VOICE])  # or the desk is given away before its end (R11)
    await scene.env.advance_time(56 * 60)
    await scene.shot("warning", hosts[0], desk[Kind.TEXT], desk[Kind.TEXT].last_message)


async def draw_ideas(scene: Stage) -> None:
    """Put ideas up, and draw the page for somebody who would come to one of them."""
    author, *fans = scene.cast
    for number, (topic, supporters) in enumerate(IDEAS[scene.language], start=1):
        form = await author.click(await opened(scene, author), custom_id="openspace:newidea")
        await author.submit_modal(form, {"topic": topic})
        for fan in fans[: supporters - 1]:
            await fan.click(await opened(scene, fan), custom_id=f"openspace:metoo:{number}")
    reader = scene.reader
    page = await opened(scene, reader)
    await reader.click(page, custom_id="openspace:metoo:1")
    await scene.shot("ideas", reader, scene.lobby, page)


async def opened(scene: Stage, reader: MemberActor) -> ResponseMessage:
    """Return the page of ideas as this member has opened it."""
    page = (await reader.slash(scene.lobby, "openspace ideas")).response
    assert page  # noqa: S101
    return page
