"""Runs a console command with discord.py pointed at the stand-in: launch.py PORT SCRIPT [ARGUMENT ...]."""

import runpy
import sys

import discord.gateway
import discord.http
import yarl

port = int(sys.argv[1])
discord.http.Route.BASE = f"http://127.0.0.1:{port}/api/v10"
discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(f"ws://127.0.0.1:{port}/gateway/")
sys.argv = sys.argv[2:]
runpy.run_path(sys.argv[0], run_name="__main__")
