"""C18, R15: a form opens at once, whoever holds the writer: it is read from a snapshot."""

from __future__ import annotations

import pytest

from bot.ui.edit_form import CANCEL_FORM, COHOSTS_FORM, EDIT_FORM, HANDOVER_FORM
from bot.ui.forms import HOST_FORM
from bot.ui.ideas import IDEA_FORM
from tests.cogs.conftest import fields, read, told
from tests.cogs.test_buttons import relabel
from tests.cogs.test_promises import SLOW, slow_database
from tests.conftest import World

FORMS = {
    "edit:1": EDIT_FORM,
    "cancelwhy:1": CANCEL_FORM,
    "cohosts:1": COHOSTS_FORM,
    "handover:1": HANDOVER_FORM,
    "host": HOST_FORM,
    "hostidea:1": HOST_FORM,
    "newidea": IDEA_FORM,
}


@pytest.mark.parametrize("action", FORMS)
async def test_c18_a_form_never_waits_for_the_writer(
    world: World, monkeypatch: pytest.MonkeyPatch, action: str
) -> None:
    ana = world.person("ana")
    await world.host("ana", "Git", "10:30")
    page = await ana.slash(world.lobby, "openspace ideas")
    form = await ana.click(told(page), custom_id="openspace:newidea")
    await ana.submit_modal(form, {"topic": "Snakes"})
    shown = await ana.slash(world.lobby, "openspace help")
    relabel(world, shown, f"openspace:{action}")
    slow_database(world, monkeypatch)
    opened = await ana.click(told(shown), custom_id=f"openspace:{action}")
    assert opened.modal
    assert opened.modal["custom_id"].startswith(FORMS[action])


async def test_c18_nor_does_the_one_for_a_takeaway(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    ana = world.person("ana")
    await world.host("ana", "Git", minutes=10)
    await world.until("08:15")
    shown = await ana.slash(world.lobby, "openspace help")
    relabel(world, shown, "openspace:takeaway:1")
    slow_database(world, monkeypatch)
    opened = await ana.click(told(shown), custom_id="openspace:takeaway:1")
    assert fields(opened)["takeaway"]["max_length"] == 300


async def test_c18_nor_does_the_one_that_edit_opens_or_the_one_under_a_refusal(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    ana = world.person("ana")
    await world.host("ana", "Git", "10:30")
    refused = told(await ana.slash(world.lobby, "openspace edit", topic="Rust", when="around tea"))
    slow_database(world, monkeypatch)
    assert fields(await ana.slash(world.lobby, "openspace edit"))["topic"]["value"] == "Git"
    changed = fields(await ana.click(refused, label="Change…"))
    assert (changed["topic"]["value"], changed["when"]["value"]) == ("Rust", "around tea")


async def test_c18_a_form_knows_what_time_has_made_of_a_session_before_the_keeper_does(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only a booked session moves; one that is over has no form."""
    ana = world.person("ana")
    await world.host("ana", "Git", "10:30", minutes=30)
    shown = told(await ana.slash(world.lobby, "openspace list", show="mine"))
    panel = told(await ana.click(shown, custom_id="openspace:session:1"))
    slow_database(world, monkeypatch)
    assert "when" in fields(await ana.click(panel, label="Edit"))
    await world.env.advance_time(2.5 * 3600)  # 10:30
    assert "when" not in fields(await ana.click(panel, label="Edit"))
    await world.env.advance_time(1800)
    assert "is over" in read(await ana.click(panel, label="Edit"))
    await world.env.advance_time(3 * SLOW)
