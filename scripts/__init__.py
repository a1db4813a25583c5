"""Tools for who works on the bot; not part of it."""
