"""`/openspace-admin`: the organizers' group; each command stands in the file of its name."""

from __future__ import annotations

from discord import app_commands
from discord.ext import commands

from bot.app import OpenSpaceBot
from bot.ui.names import text
from cogs.admin.announce import AnnounceCommand
from cogs.admin.audit import AuditCommand
from cogs.admin.block import BlockCommands
from cogs.admin.cleanup import CleanupCommand
from cogs.admin.export import ExportCommand
from cogs.admin.hosts import HostButtons
from cogs.admin.pause import PauseCommands
from cogs.admin.picture import PictureCommand
from cogs.admin.report import ReportCommand
from cogs.admin.reports import ReportsCommand
from cogs.admin.sessions import SessionCommands
from cogs.admin.settings import SettingsCommands
from cogs.admin.setup import SetupCommand
from cogs.admin.status import StatusCommand
from cogs.admin.window import WindowCommands


@app_commands.default_permissions(manage_guild=True)
@app_commands.guild_only()
class OpenSpaceAdmin(
    SessionCommands,
    PauseCommands,
    AnnounceCommand,
    BlockCommands,
    HostButtons,
    StatusCommand,
    SettingsCommands,
    WindowCommands,
    AuditCommand,
    CleanupCommand,
    ExportCommand,
    ReportCommand,
    PictureCommand,
    SetupCommand,
    ReportsCommand,
    commands.GroupCog,
    group_name=text("command-admin"),
    group_description=text("command-admin-about"),
):
    """The commands for organizers. Discord hides them from others; each of them asks again."""

    async def cog_load(self) -> None:
        """Say which button does what."""
        self.bot.presses |= {
            "resume": self.resume_now,
            "adminmove": self.move_now,
            "adminmovewhy": self.move_why,
            "admincancel": self.ask_cancel,
            "admincancelnow": self.cancel_now,
            "admincancelwhy": self.cancel_why,
            "adminend": self.ask_end,
            "adminendnow": self.end_now,
            "adminendwhy": self.end_why,
            "rebook": self.rebook,
            "unblock": self.unblock_now,
            "blockcancel": self.ask_cancel_all,
            "blockcancelnow": self.cancel_all_now,
            "blockcancelwhy": self.cancel_all_why,
            "announcesend": self.send_announcement,
            "announcechange": self.change_announcement,
            "announceoff": self.announcement_off,
            "offer": self.offer_to_cohost,
            "give": self.choose_new_host,
            "hostless": self.leave_hostless,
            "trail": self.audit_page,
            "trailof": self.audit_of,
            "trailabout": self.audit_about,
            "cleanup": self.cleanup_page,
            "cleanask": self.ask_cleanup,
            "keepsake": self.keepsake,
            "setup": self.show_setup,
            "setupstep": self.setup_step,
            "setupzone": self.setup_zone,
            "setuppreview": self.setup_preview,
            "setuplive": self.setup_live,
            "case": self.show_case,
            "cases": self.cases_page,
            "casewho": self.who_reported,
            "caseend": self.ask_end_case,
            "caseblock": self.ask_block_case,
            "caseunblock": self.unblock_case,
            "caseanswer": self.ask_answer_case,
            "casedismiss": self.dismiss_case,
            "casereopen": self.reopen_case,
            "silence": self.silence,
            "letreport": self.let_report,
            "status": self.refresh,
            "settings": self.settings_page,
            "settingform": self.setting_form,
            "settingreset": self.setting_reset,
            "windows": self.windows_page,
            "windownew": self.window_new,
            "windowedit": self.window_chosen,
            "windowremove": self.window_gone,
            "revision": self.revision_page,
            "revisionapply": self.revision_apply,
            "revisionkeep": self.revision_keep,
            "revisionundo": self.revision_undo,
            "revisiondrop": self.revision_drop,
            "revisionclose": self.revision_close,
            "misfit": self.misfit,
            "misfits": self.misfits_page,
            "reportask": self.ask_to_post,
            "reportpost": self.post_now,
            "picturepost": self.post_picture,
        }


async def setup(bot: OpenSpaceBot) -> None:
    """Called by discord.py when the extension is loaded."""
    await bot.add_cog(OpenSpaceAdmin(bot))
