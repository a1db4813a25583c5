"""`/openspace`: the group; each command stands in the file of its name."""

from __future__ import annotations

import discord
from discord.ext import commands

from bot.app import OpenSpaceBot
from bot.ui.answer import Reply, answer
from bot.ui.names import text
from bot.ui.words import Words
from cogs.calendar import CalendarCommand
from cogs.cohost import CohostCommand
from cogs.edit import EditCommand
from cogs.end import EndCommands
from cogs.extend import ExtendCommand
from cogs.forget import ForgetCommand
from cogs.help import HelpCommand
from cogs.ideas import IdeasCommand
from cogs.join import JoinCommands
from cogs.offers import OfferButtons
from cogs.panel import Panel
from cogs.questions import DeskQuestions
from cogs.report import ReportCommands
from cogs.sendout import SendOut
from cogs.takeaway import TakeawayButton


class OpenSpace(
    IdeasCommand,  # and with it HostCommand
    JoinCommands,  # and with it ListCommand
    EditCommand,
    ExtendCommand,
    EndCommands,
    CohostCommand,
    Panel,
    TakeawayButton,
    CalendarCommand,
    HelpCommand,
    ReportCommands,
    SendOut,
    ForgetCommand,
    OfferButtons,
    DeskQuestions,
    commands.GroupCog,
    group_name=text("command-openspace"),
    group_description=text("command-openspace-about"),
):
    """The commands for everyone."""

    async def cog_load(self) -> None:
        """Say which button does what, and add what stands in the menus of messages and members."""
        self.add_menus()
        self.bot.presses |= {
            "host": self.form,
            "form": self.reopen,
            "take": self.take,
            "join": self.join_session,
            "leave": self.leave_session,
            "list": self.page,
            "show": self.show,
            "session": self.session_panel,
            "remind": self.remind,
            "forget": self.forget,
            "edit": self.edit_session,
            "move": self.move,
            "extend": self.ask_extend,
            "until": self.until,
            "end": self.ask_end,
            "endnow": self.end_now,
            "cancel": self.ask_cancel,
            "cancelnow": self.cancel_now,
            "cancelwhy": self.cancel_why,
            "keepit": self.keep_it,
            "here": self.am_here,
            "cohosts": self.choose_cohosts,
            "handover": self.choose_host,
            "takeover": self.take_over,
            "share": self.share,
            "decline": self.decline,
            "ideas": self.show_ideas,
            "ideaspage": self.ideas_page,
            "hostidea": self.host_idea,
            "newidea": self.new_idea,
            "metoo": self.me_too,
            "notme": self.not_me,
            "dropidea": self.drop_idea,
            "erase": self.ask_erase,
            "erasenow": self.erase_now,
            "takeaway": self.write_takeaway,
            "calendarnew": self.new_calendar_link,
            "report": self.report_session,
            "howgoes": self.how_it_goes,
            "sendout": self.choose_out,
            "letin": self.let_in,
            "unknown": unknown_button,
        }
        self.bot.draw_panel = self.draw_panel
        self.bot.questions |= {"until": self.warning_now, "here": self.quiet_now}


async def unknown_button(interaction: discord.Interaction, *_: str) -> None:
    """A button of another version of the bot."""

    async def work(words: Words) -> Reply:
        return Reply(words("button-unknown"))

    await answer(interaction, work)


async def setup(bot: OpenSpaceBot) -> None:
    """Called by discord.py when the extension is loaded."""
    await bot.add_cog(OpenSpace(bot))
