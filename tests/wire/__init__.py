"""A Discord on 127.0.0.1 that speaks the real wire, for the bot as a process of its own.

simcord's world behind REST over HTTP and the gateway over WebSocket: discord.py's own client, rate limiter
and reconnecting are part of what is tested. What simcord leaves out is added: rate limits, caps, faults, cut
lines.
"""
