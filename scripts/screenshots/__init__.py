"""docs/images: the bot's messages as people see them on a phone, from the running bot on a simulated Discord.

Needs Debian's chromium (or CHROMIUM=/path/to/chromium). Run it with `make screenshots`. Words after it are the
beginnings of the images that are wanted: `make screenshots ARGS="board card"`.
"""
