"""The files that pages need: each named after what is in it, so that a browser asks for it only once."""

from __future__ import annotations

import gzip
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}


@dataclass(frozen=True, slots=True)
class Body:
    """What is sent, as it is and compressed, and the name of just this content."""

    kind: str
    plain: bytes
    packed: bytes
    tag: str

    @classmethod
    def of(cls, kind: str, text: bytes) -> Body:
        """Return a content with its name."""
        return cls(kind, text, gzip.compress(text, 6, mtime=0), sha256(text).hexdigest()[:16])

    @classmethod
    def as_it_is(cls, kind: str, data: bytes) -> Body:
        """Return a content that is compressed already."""
        return cls(kind, data, b"", sha256(data).hexdigest()[:16])


@dataclass(frozen=True, slots=True)
class Assets:
    """The files by the name that pages give them, and those names by the files' own."""

    files: dict[str, Body] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, folder: Path) -> Assets:
        """Read all files of a folder, once."""
        found = cls()
        for path in sorted(folder.iterdir()):
            if kind := TYPES.get(path.suffix):
                body = Body.of(kind, path.read_bytes())
                found.names[path.name] = f"{path.stem}.{body.tag}{path.suffix}"
                found.files[found.names[path.name]] = body
        return found

    @property
    def edition(self) -> str:
        """What all of them are at once: a page of another edition is to be loaded anew."""
        return sha256("".join(sorted(self.files)).encode()).hexdigest()[:8]
