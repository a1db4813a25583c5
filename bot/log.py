"""What the bot says about itself: structlog's lines and those of its libraries, through one renderer."""

from __future__ import annotations

import logging
import sys
from typing import TYPE_CHECKING, TextIO

# structlog imports rich wherever it is installed, 5 MB for tracebacks that we never draw; typer brings it.
without_rich = sys.modules.setdefault("rich", None) is None  # type: ignore[arg-type]
import structlog  # noqa: E402

if without_rich:
    del sys.modules["rich"]

if TYPE_CHECKING:
    from structlog.typing import EventDict, Processor, WrappedLogger

    from bot.config import Log

_WORDY = ("discord", "aiosqlite")
"""Below 'info' these tell what people wrote, their interactions' tokens and all SQL: of no use to anyone."""


def configure(settings: Log, secret: str = "") -> None:
    """Send all logs to stdout as `[log]` has it, and never show `secret`, the token, wherever it turns up."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
    )
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(_Formatter(secret, shared, _renderers(settings, sys.stdout)))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    level = logging.getLevelNamesMapping()[settings.level.upper()]
    root.setLevel(level)
    for name in _WORDY:
        logging.getLogger(name).setLevel(max(level, logging.INFO))
    logging.captureWarnings(True)


def _renderers(settings: Log, stream: TextIO) -> list[Processor]:
    common: list[Processor] = [
        structlog.stdlib.ProcessorFormatter.remove_processors_meta,
        _expected,
        # structlog's other renderers of exceptions show local variables, and with them the token.
        structlog.processors.format_exc_info,
    ]
    if settings.format == "json":
        return [*common, structlog.processors.JSONRenderer()]
    console = structlog.dev.ConsoleRenderer(
        colors=stream.isatty(),
        exception_formatter=structlog.dev.plain_traceback,
        repr_native_str=True,  # names come from strangers: no line breaks, no escape sequences
    )
    return [*common, _tame, console]


_CONNECTING = ("Attempting a reconnect", "Failed to connect for shard_id")


def _expected(_logger: WrappedLogger, _method: str, line: EventDict) -> EventDict:
    """Make one line of a lost connection, which discord.py reports with its traceback, ten times a day."""
    exc_info = line.get("exc_info")
    if isinstance(exc_info, tuple) and str(line["event"]).startswith(_CONNECTING):
        del line["exc_info"]
        line["error"] = f"{type(exc_info[1]).__name__}: {exc_info[1]}"
    return line


def _tame(_logger: WrappedLogger, _method: str, line: EventDict) -> EventDict:
    """Let no text of a stranger look like a line of ours, or speak to the terminal."""
    for key in line.keys() & {"event", "exception"}:
        shown = (c if c.isprintable() or c == "\n" else repr(c)[1:-1] for c in str(line[key]))
        line[key] = "".join(shown).replace("\n", "\n    ")
    return line


class _Formatter(structlog.stdlib.ProcessorFormatter):
    """Renders a record, and hides the secret in whatever came out."""

    def __init__(self, secret: str, foreign: list[Processor], renderers: list[Processor]) -> None:
        super().__init__(processors=renderers, foreign_pre_chain=foreign)
        self._secret = secret

    def format(self, record: logging.LogRecord) -> str:
        text = super().format(record)
        return text.replace(self._secret, "[token]") if self._secret else text
