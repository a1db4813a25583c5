"""Where the program's own data lies: in a checkout under data/, in an installed package under bot/_data/."""

from pathlib import Path

_PACKAGED = Path(__file__).parent / "_data"

DATA = _PACKAGED if _PACKAGED.is_dir() else Path(__file__).parents[1] / "data"
MIGRATIONS = DATA / "migrations"
LOCALES = DATA / "locale"
