"""docs/images: the bot's messages as people see them on a phone, drawn from the running bot.

Needs Debian's chromium (or CHROMIUM=/path/to/chromium). Run it with `make screenshots`. Words after it are
the beginnings of the images that are wanted: `make screenshots ARGS="board card"`.
"""
