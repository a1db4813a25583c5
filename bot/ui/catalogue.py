"""The compiled catalogues of words: each lies beside its source and ends with its digest: none is stale.

The build of a wheel compiles them (hatch_build.py), a checkout does so when a source has changed: reading the
sources themselves at every start costs time and memory. Only compiling needs Babel.
"""

from __future__ import annotations

import gettext
import io
import os
from contextlib import suppress
from hashlib import sha256
from importlib import resources
from pathlib import Path
from tempfile import NamedTemporaryFile
from zoneinfo import ZoneInfo

from bot.domain.zones import countries
from bot.paths import data_folder

CITY = "city {}"
"""The key of a time zone's city; Unicode's names of them are compiled in."""
COUNTRY = "country {}"
"""The key of a country, by its ISO 3166 code."""
_EDITION = b"2"
"""Changes with what this file makes of a source, so that what an older one made is not taken."""


def read_catalogue(name: str) -> gettext.GNUTranslations:
    """Return the words of one language by their keys; `name` is the language's folder, such as zh_TW.

    Raises OSError where the source cannot be read, Babel's PoFileError where it is no catalogue.
    """
    source = data_folder() / "locale" / name / "LC_MESSAGES" / "openspace.po"
    text = source.read_bytes()
    kept = source.with_suffix(".mo")
    compiled = _kept(kept)
    if not compiled.endswith(_digest(text)):
        compiled = compile_catalogue(text)
        with suppress(OSError):  # a folder that is not ours: compiled anew at the next start
            _keep(kept, compiled)
    return gettext.GNUTranslations(io.BytesIO(compiled))


def compile_catalogue(source: bytes) -> bytes:
    """Return a .po file's content and the names of cities and countries as a .mo file.

    The source's digest stands at the end: what follows the last text in a .mo file is no one's, since readers
    go by the offsets in its head.
    """
    from babel.dates import get_timezone_location  # noqa: PLC0415 - most starts compile nothing
    from babel.messages.mofile import write_mo  # noqa: PLC0415
    from babel.messages.pofile import read_po  # noqa: PLC0415

    catalogue = read_po(io.BytesIO(source), abort_invalid=True)
    for zone in resources.files("tzdata").joinpath("zones").read_text("ascii").split():
        city = get_timezone_location(ZoneInfo(zone), locale=catalogue.locale, return_city=True)
        catalogue.add(CITY.format(zone), city.rpartition("/")[2])
    for code in sorted(set(countries().values())):
        catalogue.add(COUNTRY.format(code), catalogue.locale.territories.get(code, code))
    compiled = io.BytesIO()
    write_mo(compiled, catalogue)
    return compiled.getvalue() + _digest(source)


def _digest(source: bytes) -> bytes:
    return sha256(_EDITION + source).digest()


def _kept(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""


def _keep(path: Path, compiled: bytes) -> None:
    """Put the file in its place whole, since other processes may read it or write the same."""
    with NamedTemporaryFile(dir=path.parent, prefix=path.name, delete=False) as file:
        try:
            file.write(compiled)
            file.flush()
            Path(file.name).chmod(0o644)
            os.replace(file.name, path)  # noqa: PTH105
        except OSError:
            Path(file.name).unlink()
            raise
