"""Each member's Discord in their own language; simcord knows only English."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from simcord import Env, Preview, interactions
from simcord.preview import _commands


@contextmanager
def speaking(env: Env, languages: Mapping[int, str]) -> Iterator[None]:
    """Let what people do carry their language, by their id, and show them the commands in it."""
    payload, build = interactions.base_payload, _commands.build_catalog

    def spoken(*args: Any, user_id: int, **kwargs: Any) -> Any:
        record, sent = payload(*args, user_id=user_id, **kwargs)
        sent["locale"] = languages.get(user_id, sent["locale"])
        return record, sent

    def shown(preview: Preview, page: Any) -> dict[str, Any]:
        viewer, catalog = page.viewer.id, build(preview, page)
        if viewer in languages:
            visible = env.backend.visible_commands(user_id=viewer, channel_id=page.channel_id)
            roots = {str(command["id"]): command for command in visible}
            for entry in catalog["entries"]:
                _translate(entry, roots[entry["commandId"]], languages[viewer])
        return catalog

    with (
        patch.object(interactions, "base_payload", spoken),
        patch.object(_commands, "build_catalog", shown),
    ):
        yield


def _translate(entry: dict[str, Any], root: Mapping[str, Any], language: str) -> None:
    """Put an entry of the list of commands into a language; its path and options keep their own names.

    What the preview sends goes by an option's name, so its name in this language stands in its description.
    """
    names, leaf = [_said(root, "name", language)], root
    for part in entry["path"][1:]:
        leaf = next(option for option in leaf["options"] if option["name"] == part)
        names.append(_said(leaf, "name", language))
    entry["invocation"] = " ".join(names)
    entry["description"] = _said(leaf, "description", language)
    for shown, option in zip(entry["options"], leaf.get("options") or [], strict=True):
        name, text = _said(option, "name", language), _said(option, "description", language)
        shown["description"] = text if name == option["name"] else f"{name}：{text}"
        for choice, known in zip(shown["choices"], option.get("choices") or [], strict=True):
            choice["name"] = _said(known, "name", language)


def _said(thing: Mapping[str, Any], what: str, language: str) -> str:
    return str((thing.get(f"{what}_localizations") or {}).get(language, thing[what]))
