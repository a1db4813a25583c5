"""What the bot costs beside a bare discord.py bot, measured on the real wire: `make bench`."""
