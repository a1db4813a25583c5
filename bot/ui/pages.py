"""Where a server's board is on the web, as its organizers read it; and if it is not there, why."""

from __future__ import annotations

from bot.service import Rules
from bot.ui.faults import setting_name
from bot.ui.words import Words

SECTION = "page."
"""What the keys of its settings begin with."""
HIDDEN = "page.public_though_hidden"


def is_shown(rules: Rules, url: str | None, *, seen: bool) -> bool:
    """Whether everybody can read the page, as `page_lines` says it."""
    page = rules.server.page
    return url is not None and page.on and rules.live and (seen or page.public_though_hidden)


def page_lines(words: Words, rules: Rules, url: str | None, *, seen: bool) -> list[str]:
    """Return the line that says it, none where organizers want no page; `url` is None without a web server.

    `seen`: everyone in the server may see the board (R19).
    """
    page = rules.server.page
    if not page.on:
        return []
    if url is None:
        return [words("page-no-server")]
    if not rules.live:
        return [words("page-not-live")]
    if is_shown(rules, url, seen=seen):
        return [words("page-where", url=url)]
    return [words("page-hidden", setting=setting_name(words, HIDDEN))]
