"""A bot as a process of its own, as its operators run it."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.wire.people import PATIENCE
from tests.wire.standin import StandIn

LAUNCH = Path(__file__).with_name("launch.py")
OPENSPACE = Path(sys.executable).with_name("openspace")
TOKEN = "an-invented-token"  # noqa: S105

CONFIG = """
[conference]
name = "PyCon Wire"
timezone = "Etc/UTC"
parallel_limit = {desks}

[[conference.windows]]
name = "Now"
opens = {opens:%Y-%m-%dT%H:%M:00}
closes = {closes:%Y-%m-%dT%H:%M:00}

[storage]
database = "openspace.sqlite3"
"""


def write_config(folder: Path, desks: int = 10, more: str = "") -> Path:
    """Write the settings of a conference that is on now and goes on for hours; `more` are further tables."""
    now = datetime.now(UTC)
    path = folder / "config.toml"
    text = CONFIG.format(desks=desks, opens=now - timedelta(hours=1), closes=now + timedelta(hours=10))
    path.write_text(text + more, encoding="utf-8")
    return path


async def until(condition: Callable[[], object], what: str, patience: float = PATIENCE) -> None:
    """Wait until a condition holds; raises TimeoutError that says what did not come."""
    try:
        async with asyncio.timeout(patience):
            while not condition():  # noqa: ASYNC110 - what happens in another process rings no bell
                await asyncio.sleep(0.01)
    except TimeoutError:
        raise TimeoutError(f"in {patience:g} seconds this did not come: {what}") from None


class BotProcess:
    """One bot: `await start()`, then `kill()` it, or `await stop()` it in good order."""

    def __init__(self, standin: StandIn, folder: Path, *command: str | Path) -> None:
        self.standin, self.folder = standin, folder
        self.command = command or (OPENSPACE, "run")
        self._process: asyncio.subprocess.Process | None = None

    @property
    def process(self) -> asyncio.subprocess.Process:
        """The process; it must have been started."""
        assert self._process is not None
        return self._process

    @property
    def running(self) -> bool:
        """Whether it was started and has not ended."""
        return self._process is not None and self._process.returncode is None

    async def start(self) -> None:
        """Start it; its output goes to the file `output` of its folder."""
        command = [sys.executable, LAUNCH, str(self.standin.port), *self.command]
        ours = {"DISCORD_TOKEN_FILE", "OPENSPACE_CONFIG"}
        environment = {name: value for name, value in os.environ.items() if name not in ours}
        with (self.folder / "output").open("ab") as output:
            self._process = await asyncio.create_subprocess_exec(
                *command,
                cwd=self.folder,
                env=environment | {"DISCORD_TOKEN": TOKEN},
                stdin=asyncio.subprocess.DEVNULL,
                stdout=output,
                stderr=output,
            )

    async def online(self) -> None:
        """Start it, and wait until it hears what happens; it has registered its commands before."""
        gateway, before = self.standin.gateway, self.standin.gateway.identified

        def there() -> bool:
            if self.process.returncode is not None:
                raise RuntimeError(f"the bot has ended: {self.output()}")
            return gateway.identified > before and gateway.connected

        await self.start()
        await until(there, "the bot is online")

    def output(self) -> str:
        """Return all that it has printed."""
        return (self.folder / "output").read_text("utf-8", "replace")

    async def kill(self) -> None:
        """End it at once, as a power cut does."""
        if self.running:
            self.process.kill()
        await self.process.wait()

    async def stop(self) -> int:
        """Tell it to stop, as an operator does; return its exit code."""
        self.process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(PATIENCE):
            return await self.process.wait()

    def seconds(self) -> float:
        """Return the seconds of CPU time that it has taken; Linux only."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text("ascii").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def memory(self) -> float:
        """Return the megabytes of memory that it occupies; Linux only."""
        status = Path(f"/proc/{self.process.pid}/status").read_text("ascii")
        [kilobytes] = [line.split()[1] for line in status.splitlines() if line.startswith("VmRSS:")]
        return int(kilobytes) / 1024
