"""Commands that a text names can be clicked (U9)."""

from __future__ import annotations

from typing import Any

import discord

from bot.domain.names import escape
from bot.ui.command_links import LAYOUT_LENGTH, CommandLinks

GROUP: dict[str, Any] = {
    "name": "openspace",
    "options": [
        {"name": "list", "type": 1, "name_localizations": {"zh-TW": "列表"}},
        {"name": "settings", "type": 2, "options": [{"name": "show", "type": 1}]},
    ],
}
MENU: dict[str, Any] = {"name": "Report", "type": 3}


def learnt() -> CommandLinks:
    links = CommandLinks()
    links.learn([GROUP, MENU], {"openspace": 42})
    return links


def test_u9_a_command_in_a_text_can_be_clicked_in_every_language() -> None:
    links = learnt()
    assert links.linked("See `/openspace list`.") == "See </openspace list:42>."
    assert links.linked("請用 `/openspace 列表`。") == "請用 </openspace list:42>。"
    assert links.linked("`/openspace settings show`") == "</openspace settings show:42>"


def test_u9_what_is_no_command_or_not_known_yet_stays_to_be_typed() -> None:
    for text in ("`/openspace`", "`/openspace settings`", "`/openspace lists`", "/openspace list", "`list`"):
        assert learnt().linked(text) == text
    assert CommandLinks().linked("`/openspace list`") == "`/openspace list`"


def test_r16_what_strangers_write_is_not_made_a_command() -> None:
    text = escape("`/openspace list` </openspace list:42>")
    assert learnt().linked(text) == text


def test_u9_links_never_make_a_message_too_long() -> None:
    named = "`/openspace list` "
    text = named * (2000 // len(named))
    assert len(learnt().linked(text)) <= 2000
    view = discord.ui.LayoutView()
    view.add_item(discord.ui.TextDisplay(named))
    view.add_item(discord.ui.TextDisplay("x" * (LAYOUT_LENGTH - len(named))))
    learnt().link(view)
    assert view.content_length() <= LAYOUT_LENGTH
    [first, _] = [item.content for item in view.walk_children() if isinstance(item, discord.ui.TextDisplay)]
    assert first == named


def test_u9_each_text_of_a_layout_is_linked() -> None:
    view = discord.ui.LayoutView()
    view.add_item(discord.ui.Container(discord.ui.TextDisplay("`/openspace list`")))
    learnt().link(view)
    assert [i.content for i in view.walk_children() if isinstance(i, discord.ui.TextDisplay)] == [
        "</openspace list:42>"
    ]
