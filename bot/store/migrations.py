"""The numbered scripts that bring a database up to date, as text."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path


def scripts_in(folder: Path) -> list[str]:
    """Return the text of the migrations 1, 2, 3, ... of a folder."""
    files = sorted(folder.glob("*.sql"))
    matches = [re.match(r"(\d{4})_\w+\.sql$", file.name) for file in files]
    if not files or [m and int(m[1]) for m in matches] != list(range(1, len(files) + 1)):
        raise RuntimeError(f"{folder}: migrations are 0001_name.sql, 0002_name.sql and so on, without gaps")
    return [file.read_text(encoding="utf-8") for file in files]


def statements(script: str) -> Iterator[str]:
    """Split a script, since `executescript` would commit the transaction around it."""
    statement = ""
    for piece in script.split(";"):
        statement += piece + ";"
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
    yield statement.removesuffix(";")
