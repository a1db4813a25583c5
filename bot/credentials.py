"""The bot's token, which stands in no file of settings: from the environment, or a file that it names."""

from __future__ import annotations

import os
import re
from pathlib import Path

from bot.config_faults import ConfigError, Fault

_TOKEN, _FILE = "DISCORD_TOKEN", "DISCORD_TOKEN_FILE"
_SHAPE = re.compile(r"[!-~]{1,500}")
_LONGEST = 1000


def read_token() -> str:
    """Return the token, or raise `ConfigError`, which quotes neither it nor the file's name.

    The name is kept secret too: sooner or later someone puts the token there. An empty variable is as good
    as none.
    """
    token, file = os.environ.get(_TOKEN), os.environ.get(_FILE)
    if token and file:
        raise ConfigError(Fault(_TOKEN, f"{_FILE} is set as well", "set one of them"))
    if token:
        return _checked(_TOKEN, token)
    if not file:
        raise ConfigError(Fault(_TOKEN, "is not set", f"set it, or set {_FILE}"))
    return _checked(_FILE, _content(file))


def _content(file: str) -> str:
    try:
        with Path(file).open("rb") as opened:
            return opened.read(_LONGEST).decode("utf-8-sig", "replace")
    except FileNotFoundError:
        raise ConfigError(Fault(_FILE, "there is no such file", "the path of a file")) from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "not a path"
        raise ConfigError(Fault(_FILE, f"the file cannot be read: {reason}")) from None


def _checked(key: str, text: str) -> str:
    token = text.strip()
    if not token:
        raise ConfigError(Fault(key, "is empty", "the token from Discord's developer portal"))
    if not _SHAPE.fullmatch(token):
        problem = "holds something else than a token"
        raise ConfigError(Fault(key, problem, "only the token, on one line, without spaces"))
    return token
