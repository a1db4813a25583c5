"""Draws pages: jinja2's templates with the words of the catalogues. All is escaped, fields too (R16)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, tzinfo
from functools import lru_cache, partial
from pathlib import Path

import jinja2
import segno
from markupsafe import Markup

from bot.domain.models import name_in
from bot.ui.words import BOTH, ENGLISH, Words, wall_clock


class Said:
    """The words of one language in a template: `t("web-on")`, `t("web-free", 3, limit=10)`.

    What is filled in is escaped like all else, and may be a piece of a page itself.
    """

    def __init__(self, words: Words) -> None:
        self.words = words

    def __call__(self, key: str, n: int | None = None, /, **fields: object) -> Markup:
        """Return the text named `key`, in the form for `n` where that is given."""
        known = fields if n is None else {"n": n, **fields}
        return Markup.escape(self.words.form(key, n)).format(**known)


def environment(folder: Path) -> jinja2.Environment:
    """Return the templates, compiled as they are asked for; a name that nobody gives is an error."""
    env = jinja2.Environment(
        loader=jinja2.FileSystemLoader(folder),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        cache_size=-1,
        extensions=["jinja2.ext.do"],
    )
    env.globals["qr"] = qr
    return env


def spoken(words: Words, zone: tzinfo) -> dict[str, object]:
    """Return what templates need to speak a language and to read the conference's clock."""
    return {
        "t": Said(words),
        "lang": ENGLISH if words.language == BOTH else words.language,
        "day": words.day,
        "named": partial(name_in, words.language),
        "clock": partial(clock, zone=zone),
        "local": lambda instant: instant.astimezone(zone),
        "city": words.city(zone),
        "offset": partial(offset, zone),
    }


def clock(instant: datetime, zone: tzinfo) -> Markup:
    """Return a time of the conference's clock, which a browser complements with the reader's (R1)."""
    local = instant.astimezone(zone)
    return Markup('<{0} datetime="{1}">{2}</{0}>').format(
        "time", f"{instant.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}", wall_clock(local)
    )


def offset(zone: tzinfo, day: date) -> str:
    """Return how far a zone is from UTC on a day: 'UTC+8'."""
    at = datetime.combine(day, datetime.min.time(), zone).utcoffset()
    minutes = round(at.total_seconds() / 60) if at else 0
    sign, (hours, rest) = "−" if minutes < 0 else "+", divmod(abs(minutes), 60)
    return "UTC" if not minutes else f"UTC{sign}{hours}" + (f":{rest:02}" if rest else "")


@lru_cache(maxsize=64)
def qr(text: str) -> Markup:
    """Return a QR code as a drawing of its own, black on white whatever is around it."""
    code = segno.make(text, error="m", micro=False)
    drawn = code.svg_inline(scale=1, border=2, omitsize=True, svgclass="qr", lineclass=None, light="#fff")
    return Markup(drawn)  # noqa: S704 - segno's own drawing: the text is in its squares only


def drawn(env: jinja2.Environment, template: str, values: Mapping[str, object]) -> Markup:
    """Return a template filled in."""
    return Markup(env.get_template(template).render(values))  # noqa: S704 - autoescaped
