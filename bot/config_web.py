"""The settings of what is seen beyond Discord: the operator's `[web]` and `[health]`, servers' `[page]`."""

from __future__ import annotations

import re
from ipaddress import ip_address, ip_network
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field

from bot.config_faults import refuse, shown
from bot.config_fields import Switch, Table, whole
from bot.config_kinds import Kind, What

_SLUG = re.compile(r"(?!\d+$)[a-z0-9](?:[a-z0-9-]{1,38})[a-z0-9]", re.ASCII)
_HOST = r"(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)*[a-z0-9](?:[a-z0-9-]*[a-z0-9])?"
_ORIGIN = re.compile(rf"https?://{_HOST}(?::\d{{1,5}})?", re.ASCII)
_INVITE = re.compile(r"https://discord\.(?:gg|com/invite)/[A-Za-z0-9-]{2,100}", re.ASCII)


def _slug(text: str) -> str:
    if text and not _SLUG.fullmatch(text):
        raise refuse(f"{shown(text)} cannot be part of an address", code="slug", value=text)
    return text


def _invite(text: str) -> str:
    if text and not _INVITE.fullmatch(text):
        raise refuse(f"{shown(text)} is no invite", code="invite", value=text)
    return text


def _origin(text: str) -> str:
    if len(text) > 200 or not _ORIGIN.fullmatch(text.lower()):
        problem, allowed = f"{shown(text)} is not where a site is", "a site such as https://example.org"
        raise refuse(problem, allowed, "origin", value=text)
    return text.lower()


def _address(text: str) -> str:
    try:
        return str(ip_address(text))
    except ValueError:
        raise refuse(f"{shown(text)} is not an IP address") from None


def _network(text: str) -> str:
    try:
        return str(ip_network(text, strict=False))
    except ValueError:
        problem = f"{shown(text)} is neither an IP address nor a network"
        raise refuse(problem, "one such as 10.0.0.1 or 10.0.0.0/8") from None


def _public_url(text: str) -> str:
    try:
        parts = urlsplit(text)
        fine = _ORIGIN.fullmatch(f"{parts.scheme}://{parts.netloc}".lower()) and parts.port != 0
    except ValueError:  # a port beyond all ports
        fine = None
    if not fine or parts.query or parts.fragment or not re.fullmatch(r"[\w./~-]*", parts.path, re.ASCII):
        raise refuse(f"{shown(text)} is not an address of a site")
    return text.rstrip("/")


_Slug = Annotated[
    str,
    Kind(What.TEXT, 0, 40),
    Field(description="3 to 40 small letters, digits and hyphens, not only digits, or nothing"),
    AfterValidator(_slug),
]
_Invite = Annotated[
    str,
    Kind(What.TEXT, 0, 200),
    Field(description="an invite such as https://discord.gg/abc, or nothing"),
    AfterValidator(_invite),
]
_Origins = Annotated[
    tuple[Annotated[str, AfterValidator(_origin)], ...],
    Kind(What.TEXTS, 0, 20),
    Field(max_length=20, description="a list of 0 to 20 sites such as https://example.org"),
]
_Networks = Annotated[
    tuple[Annotated[str, AfterValidator(_network)], ...],
    Field(max_length=100, description="a list of 0 to 100 IP addresses and networks"),
]


class Page(Table):
    """`[page]`: the board as a web page, for everyone; there is none unless the operator has `[web]`."""

    on: Switch = False
    slug: _Slug = ""
    host_names: Switch = False
    public_though_hidden: Switch = False
    invite: _Invite = ""
    embed_origins: _Origins = ()


class Web(Table):
    """`[web]`: the web server of the bot; without it there is none."""

    public_url: Annotated[
        str,
        Field(max_length=200, description="an address such as https://openspace.example.org"),
        AfterValidator(_public_url),
    ]
    address: Annotated[
        str, Field(description="an IP address such as 127.0.0.1 or 0.0.0.0"), AfterValidator(_address)
    ] = "127.0.0.1"
    port: Annotated[int, whole(0, 65535)] = 8080
    trusted_proxies: _Networks = ("127.0.0.1/32", "::1/128")


class Health(Table):
    """`[health]`: the port for who watches the bot; without it there is none, and nothing is measured."""

    address: Annotated[
        str, Field(description="an IP address such as 127.0.0.1 or 0.0.0.0"), AfterValidator(_address)
    ] = "127.0.0.1"
    port: Annotated[int, whole(0, 65535)] = 9464
