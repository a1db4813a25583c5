"""The demo: the very same bot on a simulated Discord, in a browser or as a story that checks itself."""
