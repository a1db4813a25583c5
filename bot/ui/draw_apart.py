"""A program of its own: draws the SVG that it reads as a PNG, with a font family and the files of fonts.

It is run, not imported, and imports nothing of the bot's: the less it is, the sooner it draws.
"""

import sys

from resvg_py import svg_to_bytes

if __name__ == "__main__":
    family, *fonts = sys.argv[1:]
    svg = sys.stdin.buffer.read().decode()
    sys.stdout.buffer.write(bytes(svg_to_bytes(svg_string=svg, font_files=fonts, sans_serif_family=family)))
