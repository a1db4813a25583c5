"""`/openspace-admin picture`: the board as a picture, seen by who asks, and posted by a second click."""

from __future__ import annotations

import asyncio

import discord
from discord import app_commands

from bot.config_web import Page
from bot.domain.refusal import Refusal
from bot.ui.answer import Reply
from bot.ui.exchange import QUIET, Attachment
from bot.ui.names import text
from bot.ui.presses import Press, row
from bot.ui.veil import Veil
from bot.ui.words import Words
from cogs.admin.base import OrganizerCommand
from cogs.admin.fitting import guild_of
from cogs.admin.pages import page_url
from cogs.admin.posting import place_to_post
from cogs.base import guild_id, in_place, person


class PictureCommand(OrganizerCommand):
    """The board as a picture, as everyone in the server may see it."""

    @app_commands.command(name=text("command-picture"), description=text("command-picture-about"))
    async def picture(self, interaction: discord.Interaction) -> None:
        """Show the picture to who asks, in the server's language."""

        async def work(words: Words) -> Reply:
            url = await page_url(self.bot, guild_of(interaction))
            said = [words("picture-shown"), *([words("picture-kept", url=url)] if url else [])]
            post = Press("picturepost", interaction.channel_id or 0, label=words("button-picture-post"))
            return Reply("\n".join(said), row(post), [await self._board_drawn(interaction, url)])

        await self.answer_organizer(interaction, work)

    async def post_picture(self, interaction: discord.Interaction, channel: str) -> None:
        """The click that posts it, as the board is now."""

        async def work(words: Words) -> Reply:
            here, who = guild_id(interaction), person(interaction)
            where = place_to_post(interaction, int(channel))
            drawn = await self._board_drawn(interaction, await page_url(self.bot, guild_of(interaction)))
            message = interaction.message.id if interaction.message else interaction.id
            try:
                # By the nonce Discord itself sees that a second click is the same wish.
                await where.send(file=drawn.opened(), allowed_mentions=QUIET, nonce=f"os-p-{message}")
            except discord.Forbidden as error:
                raise Refusal("report-not-posted", channel=where.name) from error
            await self.bot.service.exports.posted(here, who, where.id, "picture")
            return Reply(words("picture-posted", channel=where.mention))

        await self.answer_organizer(interaction, work, in_place(interaction))

    async def _board_drawn(self, interaction: discord.Interaction, url: str) -> Attachment:
        from bot.web.picture import board_picture  # noqa: PLC0415 - the pages' way to see a board
        from bot.web.view import face_of  # noqa: PLC0415

        here, service = guild_id(interaction), self.bot.service
        board, public, now = await service.boards.read(here), self.bot.words_in(here), service.now()

        def draw() -> bytes:
            face = face_of(board, Page(host_names=True), Veil.of(public, board.refused), now)
            return board_picture(public, face, now, url).png()

        about = public("web-picture-about", conference=board.programme.name)
        return Attachment("open-spaces.png", await asyncio.to_thread(draw), about)
