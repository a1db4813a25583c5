"""A whole conference day as a story: played by the real bot on a simulated Discord, checked as it goes."""

from __future__ import annotations

import typer

from bot.demo.scenes import SCENES
from bot.demo.scenes.cast import BURNOUT
from bot.demo.story import Story, Wrong
from bot.demo.world import NAME, World, open_world

BEGINS = "08:10"
PATIENCE = 30.0
"""Seconds for one step of a loaded machine; the whole tour takes a few."""


async def tour() -> int:
    """Play the day and tell it; return 0, or 1 at the first thing that is wrong."""
    try:
        async with open_world(BEGINS, patience=PATIENCE, bare=True) as world:
            story = Story(world)
            _prologue(world)
            for scene in SCENES:
                await scene(story)
                story.sound()
            _epilogue(story)
    except Wrong as wrong:
        typer.echo(f"✗ {wrong}", err=True)
        return 1
    except BrokenPipeError:
        raise  # whoever listened has gone
    except Exception as error:  # noqa: BLE001 - whatever keeps the day from being played is a finding
        line = " ".join(str(error).split()) or type(error).__name__
        typer.echo(f"✗ The tour broke off: {type(error).__name__}: {line}", err=True)
        return 1
    return 0


def _prologue(world: World) -> None:
    today = f"{world.now():%A} {world.now().day} {world.now():%B}"
    typer.echo(
        f"{NAME}: a day of Open Spaces, {today}.\n"
        "The bot is the real one. Only Discord, the people and the clock are simulated."
    )


def _epilogue(story: Story) -> None:
    requests = len(story.world.env.http_requests)
    story.tell("16 sessions took place. What people wrote is in the archive, nothing else is left.")
    story.tell(f"All day long the bot sent Discord {requests} requests.")
    typer.echo(f"\n✓ All is as it should be. Tomorrow: “{BURNOUT}”.")
