"""What organizers see: setting up, the day, reports, the trail, the end."""

from __future__ import annotations

from typing import Any

from bot.domain.records import Kind
from bot.service import Person
from scripts.screenshots.cast import REPORTS, TOPICS
from scripts.screenshots.people import draw_told
from scripts.screenshots.stage import Stage, desk_of, organizer, organizers, shown


async def draw_organizing(scene: Stage) -> None:
    """Draw what organizers see while they set up and run the day."""
    boss, _ = await organizers(scene, "coc@example.org")
    await draw_told(scene)
    commands: dict[str, dict[str, Any]] = {
        "setup": {},
        "status": {},
        "window list": {},
        "settings show": {},
        "move": {"session": "3", "when": "15:00", "reason": "👋"},
        "announce": {"text": "🍱 12:00"},
        "pause": {"reason": "🍱"},
        "report": {},
    }
    for command, options in commands.items():
        answer = await boss.slash(scene.lobby, f"openspace-admin {command}", **options)
        await scene.shot(command.replace(" ", "-"), boss, scene.lobby, answer, tall=True)


async def draw_reports(scene: Stage) -> None:
    """Draw a report from its form to its end, and somebody who is sent out of a desk."""
    contact, said, why = REPORTS[scene.language]
    boss, room = await organizers(scene, contact)
    host, guest, other = scene.cast[:3]
    topic = TOPICS[scene.language][0][1]
    await host.slash(scene.lobby, "openspace host", topic=topic, minutes=90)
    text, voice = (await desk_of(scene, topic))[Kind.TEXT], (await desk_of(scene, topic))[Kind.VOICE]
    for person in (host, guest, other):
        await person.join_voice(voice)
    await scene.env.advance_time(10)
    await scene.shot("card-conduct", host, text, text.pinned_messages()[0], tall=True)
    await scene.shot("list-reports", guest, scene.lobby, await guest.slash(scene.lobby, "openspace list"))
    for person, words in ((other, said), (guest, "")):
        listed = shown(await person.slash(scene.lobby, "openspace list"))
        form = await person.click(listed, custom_id="openspace:report:1")
        if person is other:
            await scene.shot("report-form", person, scene.lobby, form)
        thanks = await person.submit_modal(form, {"report": words})
    await scene.shot("report-thanks", guest, scene.lobby, thanks)
    card_message = text.pinned_messages()[0]
    form = await host.click(card_message, custom_id="openspace:sendout:1")
    await scene.shot("sendout-form", host, text, form)
    sent = await host.submit_modal(form, {"person": [str(guest.id)], "told": why})
    await scene.shot("sendout", host, text, sent)
    await scene.env.advance_time(10)
    await scene.shot("case", boss, room)
    found = await boss.slash(scene.lobby, "openspace-admin reports")
    await scene.shot("cases", boss, scene.lobby, found)
    case = shown(await boss.click(shown(found), custom_id="openspace:case:1"))
    whole = await boss.click(case, custom_id="openspace:casewho:1:0")
    await scene.shot("case-reports", boss, scene.lobby, whole)
    form = await boss.click(case, custom_id="openspace:caseend:1")
    await scene.shot("case-end", boss, scene.lobby, await boss.submit_modal(form, {"reason": why}))
    await scene.env.advance_time(10)
    await scene.shot("case-closed", boss, room)


async def draw_trail(scene: Stage) -> None:
    """Draw the audit trail, the log channel, what is stored on a person, and cleaning up."""
    boss = organizer(scene)
    log = scene.guild.create_text_channel("open-space-log")
    await scene.env.settle()
    with scene.env._bot_scope():
        who = Person(boss.id, boss.user.name, organizer=True)
        await scene.bot.service.settings.set(scene.guild.id, who, {"channels.log_channel": log.id})
    await scene.env.advance_time(10)
    await draw_told(scene)
    host = scene.cast[0]
    await boss.slash(scene.lobby, "openspace-admin pause", reason="🔥")
    await boss.slash(scene.lobby, "openspace-admin resume")
    await scene.env.advance_time(10)
    await scene.shot("log", boss, log)
    trail = await boss.slash(scene.lobby, "openspace-admin audit")
    await scene.shot("audit", boss, scene.lobby, trail, tall=True)
    technical = await boss.slash(scene.lobby, "openspace-admin audit", kind="technical")
    await scene.shot("audit-technical", boss, scene.lobby, technical, tall=True)
    for _ in range(36):  # an hour at a time: simcord gives each step five seconds
        await scene.env.advance_time(3600)
    stored = await host.slash(scene.lobby, "openspace forget-me")
    await scene.shot("forget-me", host, scene.lobby, stored)
    asked = await host.click(shown(stored), custom_id="openspace:erase")
    await scene.shot("forget-ask", host, scene.lobby, asked)
    page = await boss.slash(scene.lobby, "openspace-admin cleanup")
    await scene.shot("cleanup", boss, scene.lobby, page, tall=True)
    form = await boss.click(shown(page), custom_id="openspace:cleanask:0")
    await scene.shot("cleanup-form", boss, scene.lobby, form)
