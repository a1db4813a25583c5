"""All that is measured; docs/metrics.md says what each means. Labels have few values; none is an id."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from importlib.metadata import version
from types import SimpleNamespace

import aiohttp
import prometheus_client
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector
from prometheus_client.openmetrics.exposition import CONTENT_TYPE_LATEST as OPEN_TYPE
from prometheus_client.openmetrics.exposition import generate_latest as open_text

from bot.desks.steps import Step, key_of
from bot.desks.verdicts import TROUBLE, verdict
from bot.desks.work import UnseenError
from bot.health.routes import route_of

DELAYS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)
"""Seconds between the steps of what is quick: the loop, a commit, a look."""
ANSWERS = (0.05, 0.1, 0.3, 0.5, 1.0, 2.0, 3.0, 5.0, 10.0)
"""Seconds between the steps of what people wait for: Discord gives up after 3."""

OPEN_TEXT: Callable[[CollectorRegistry], bytes] = open_text
PLAIN_TEXT: Callable[[CollectorRegistry], bytes] = prometheus_client.generate_latest
_disable: Callable[[], None] = prometheus_client.disable_created_metrics
_disable()  # the time at which each was made: twice as much, for nobody


class Meters:
    """The meters of one bot, in a registry of its own."""

    def __init__(self) -> None:
        self.registry = own = CollectorRegistry()
        ProcessCollector(registry=own)
        Gauge("openspace_build_info", "The version that runs.", ["version"], registry=own).labels(
            version("openspace-bot")
        ).set(1)
        self.ready = Gauge("openspace_ready", "1: this part is well.", ["part"], registry=own)
        self.loop_delay = Histogram(
            "openspace_loop_delay_seconds", "How late the loop comes.", buckets=DELAYS, registry=own
        )
        self._gateway()
        self._work()
        self._database()

    def _gateway(self) -> None:
        own = self.registry
        self.latency = Gauge(
            "openspace_gateway_latency_seconds", "Answer of the slowest gateway connection.", registry=own
        )
        self.losses = Counter("openspace_gateway_losses", "Gateway connections that were lost.", registry=own)
        self.servers = Gauge("openspace_servers", "Servers that the bot is in.", registry=own)
        self.requests = Counter(
            "openspace_discord_requests",
            "Requests to Discord by route and what was answered.",
            ["method", "route", "status"],
            registry=own,
        )
        self.request_seconds = Histogram(
            "openspace_discord_request_seconds",
            "How long Discord takes to answer a request.",
            buckets=ANSWERS,
            registry=own,
        )

    def _work(self) -> None:
        own = self.registry
        self.commands = Counter(
            "openspace_commands", "What people asked for, by outcome.", ["command", "outcome"], registry=own
        )
        self.command_seconds = Histogram(
            "openspace_command_seconds",
            "From hearing of a command until it is answered.",
            ["command"],
            buckets=ANSWERS,
            registry=own,
        )
        self.looks = Counter("openspace_keeper_looks", "Looks of the keeper.", ["outcome"], registry=own)
        self.look_seconds = Histogram(
            "openspace_keeper_look_seconds", "How long a look takes.", buckets=DELAYS, registry=own
        )
        self.steps = Counter(
            "openspace_keeper_steps", "The keeper's steps, by outcome.", ["step", "outcome"], registry=own
        )
        self.behind = Gauge(
            "openspace_keeper_behind_seconds", "How late the look is that should be next.", registry=own
        )
        self.last_look = Gauge(
            "openspace_keeper_last_look_age_seconds", "Since the keeper last looked anywhere.", registry=own
        )

    def _database(self) -> None:
        own = self.registry
        self.sessions = Gauge("openspace_sessions", "Sessions by state.", ["state"], registry=own)
        self.made = Gauge(
            "openspace_channels_made_today",
            "Channels made within 24 hours in the server with the most of them.",
            registry=own,
        )
        self.problems = Gauge(
            "openspace_problems", "What organizers were told and have not mended.", registry=own
        )
        self.size = Gauge("openspace_database_bytes", "The database with its log.", registry=own)
        self.commits = Histogram(
            "openspace_database_commit_seconds", "How long a commit takes.", buckets=DELAYS, registry=own
        )
        self.backup_age = Gauge(
            "openspace_backup_age_seconds", "Age of the newest backup; +Inf: there is none.", registry=own
        )
        self.backup_every = Gauge(
            "openspace_backup_interval_seconds", "How often one is to be made; 0: never.", registry=own
        )

    # ------------------------------------------------------------------ what happens

    def looked(self, seconds: float, fine: bool) -> None:
        """The keeper has looked at a server."""
        self.looks.labels("done" if fine else "failed").inc()
        self.look_seconds.observe(seconds)

    def stepped(self, step: Step, error: Exception | None) -> None:
        """The keeper has carried out a step, or not."""
        self.steps.labels(name_of(step), outcome_of(error)).inc()

    def answered(self, name: str, outcome: str, seconds: float) -> None:
        """Somebody was answered."""
        self.commands.labels(name, outcome).inc()
        self.command_seconds.labels(name).observe(seconds)

    def trace(self) -> aiohttp.TraceConfig:
        """Return what counts requests to Discord, for discord.py's `http_trace`."""

        async def begin(_: object, context: SimpleNamespace, __: aiohttp.TraceRequestStartParams) -> None:
            context.began = _now()

        async def end(_: object, context: SimpleNamespace, done: aiohttp.TraceRequestEndParams) -> None:
            self._requested(done.method, done.url.path, str(done.response.status), context)

        async def fail(
            _: object, context: SimpleNamespace, failed: aiohttp.TraceRequestExceptionParams
        ) -> None:
            self._requested(failed.method, failed.url.path, "none", context)

        trace = aiohttp.TraceConfig()
        trace.on_request_start.append(begin)
        trace.on_request_end.append(end)
        trace.on_request_exception.append(fail)
        return trace

    def _requested(self, method: str, path: str, status: str, context: SimpleNamespace) -> None:
        self.requests.labels(method, route_of(path), status).inc()
        self.request_seconds.observe(_now() - context.began)

    def exposition(self, accepted: str) -> tuple[bytes, str]:
        """Return all of it as Prometheus reads it, and what it then is."""
        if "application/openmetrics-text" in accepted:
            return OPEN_TEXT(self.registry), OPEN_TYPE
        return PLAIN_TEXT(self.registry), prometheus_client.CONTENT_TYPE_LATEST


def name_of(step: Step) -> str:
    """Return what a step does and to what kind of thing, without which one."""
    what, of, *_ = key_of(step).split()
    return f"{what} {of}" if what in {"make", "change", "remove", "find", "say"} else what


def outcome_of(error: Exception | None) -> str:
    """Return what came of a step: done, unseen, fault (ours), or what follows from Discord's answer."""
    if error is None:
        return "done"
    if isinstance(error, UnseenError):
        return "unseen"
    return verdict(error).name.lower() if isinstance(error, TROUBLE) else "fault"


def _now() -> float:
    return asyncio.get_running_loop().time()
