"""Discord's routes by their form, never with an id or a token in them: so there are only so many."""

from __future__ import annotations

_WORDS = (
    "@me @original active answers applications archived audit-logs auth auto-moderation bans bot bulk-ban "
    "bulk-delete callback channels commands connections consume crosspost emojis entitlements expire "
    "followers gateway github guilds incident-actions integrations interactions invites logout member "
    "member-counts members messages mfa nick oauth2 onboarding permissions pins polls preview private "
    "prune public reactions recipients regions roles rules scheduled-events search send-soundboard-sound "
    "skus slack soundboard-default-sounds soundboard-sounds stage-instances sticker-packs stickers "
    "subscriptions sync templates thread-members threads tokens typing users vanity-url voice "
    "voice-states voice-status webhooks welcome-screen widget widget.json widget.png"
)
WORDS = frozenset(_WORDS.split())
"""What Discord's addresses are made of, besides ids, tokens and others' words."""
DEEPEST = 8
"""More parts than any of them has."""


def route_of(path: str) -> str:
    """Return the form of an address, as `/channels/{}/messages`."""
    parts = [part for part in path.split("/") if part]
    if parts[:1] == ["api"]:
        parts = parts[2:] if parts[1:2] and parts[1].startswith("v") else parts[1:]
    if len(parts) > DEEPEST or not parts or parts[0] not in WORDS:
        return "other"
    return "/" + "/".join(part if part in WORDS else "{}" for part in parts)
