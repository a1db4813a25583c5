"""Compiles the catalogues of words into the wheel, so that no start has to."""

from __future__ import annotations

import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class Catalogues(BuildHookInterface[Any]):
    """Adds a .mo file beside each .po file of the wheel."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile; a checkout ("editable") does so itself, when its words change."""
        if version == "editable":
            return
        sys.path.insert(0, self.root)
        from bot.ui.catalogue import compile_catalogue  # noqa: PLC0415

        self.made = TemporaryDirectory()
        for source in (Path(self.root) / "data" / "locale").glob("*/LC_MESSAGES/*.po"):
            language = source.parent.parent.name
            compiled = Path(self.made.name, f"{language}.mo")
            compiled.write_bytes(compile_catalogue(source.read_bytes()))
            build_data["force_include"][str(compiled)] = (
                f"bot/_data/locale/{language}/LC_MESSAGES/{source.stem}.mo"
            )

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Take away what lies in the wheel now."""
        if version != "editable":
            self.made.cleanup()
