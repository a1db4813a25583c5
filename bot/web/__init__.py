"""The board beyond Discord: a web server inside the bot. Imported only where `[web]` is set."""
