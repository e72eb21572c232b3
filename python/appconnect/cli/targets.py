"""Options that name accounts, applications and URLs: read, checked, and put together to a registry."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple
from urllib.parse import urlsplit

from appconnect import Guard
from appconnect.cli.wording import CommandError
from appconnect.driver.connect import is_address, resolve
from appconnect.errors import RegistryError
from appconnect.registry import Account, Application, Client, PhoneNumber, Registry, SipDomain

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = [
    "DEVELOPMENT",
    "Target",
    "build_registry",
    "check_reachable",
    "parse_account",
    "parse_app",
    "parse_url",
]

DEVELOPMENT: Final = Account("AC" + "0" * 31 + "1", "development-token")
"""The account that owns everything when no other is named."""

_ACCOUNT_SID: Final = re.compile(r"AC[0-9a-fA-F]{32}")
_APPLICATION_SID: Final = re.compile(r"AP[0-9A-Za-z]{1,64}")
# A comma may be part of a URL; one that begins an attribute is not.
_NEXT_ATTRIBUTE: Final = re.compile(r",(?=account=|fallback=|public(?:,|$))")
_PORTS: Final = {"http": 80, "https": 443}


class Target(NamedTuple):
    """An application with the account that owns it."""

    application: Application
    """The application."""
    account: Account
    """Its owner."""


def parse_account(text: str) -> Account:
    """Read `AC…:TOKEN`.

    Raises:
        CommandError: It is not that.
    """
    sid, colon, token = text.partition(":")
    # The token is a secret, so a message never repeats the text.
    if not _ACCOUNT_SID.fullmatch(sid):
        raise CommandError("an account is AC…:TOKEN, where AC… is AC and 32 hexadecimal digits")
    if not colon or not token:
        raise CommandError(f"account {sid} needs its token: {sid}:TOKEN")
    return Account(sid, token)


def parse_url(text: str) -> str:
    """Check that a text is an absolute URL.

    Raises:
        CommandError: It is not one.
    """
    try:
        parts = urlsplit(text)
        sound = parts.scheme in _PORTS and bool(parts.hostname) and parts.port != 0
    except ValueError:
        sound = False
    if not sound:
        raise CommandError(f"{text!r} is not a URL that begins with http:// or https:// and names a host")
    return text


def parse_app(text: str, owner: Account) -> Target:
    """Read `AP…=URL[,account=AC…:TOKEN][,public][,fallback=URL]`.

    Args:
        text: The option.
        owner: Whose it is unless it says so.

    Raises:
        CommandError: It is not that.
    """
    sid, equals, rest = text.partition("=")
    if not _APPLICATION_SID.fullmatch(sid) or not equals:
        raise CommandError(
            "--app is AP…=URL[,account=AC…:TOKEN][,public][,fallback=URL], "
            f"and {sid[:40]!r} is no application's SID"
        )
    url, *attributes = _NEXT_ATTRIBUTE.split(rest)
    public, fallback = False, None
    for attribute in attributes:
        name, _, value = attribute.partition("=")
        if name == "account":
            owner = parse_account(value)
        elif name == "fallback":
            fallback = parse_url(value)
        else:
            public = True
    application = Application(
        sid,
        owner.sid,
        voice_url=parse_url(url),
        voice_fallback_url=fallback,
        public_application_connect_enabled=public,
    )
    return Target(application, owner)


def build_registry(url: str, to: str, owner: Account, apps: Iterable[Target]) -> Registry:
    """Put everything together that a call can reach.

    Args:
        url: The Voice URL of what is dialled.
        to: What is dialled: a number, `client:…`, `sip:…`, or one of the applications.
        owner: Who owns what is dialled.
        apps: The applications.

    Raises:
        CommandError: The parts contradict each other.
    """
    apps = list(apps)
    accounts = {owner.sid: owner}
    for _, account in apps:
        if accounts.setdefault(account.sid, account) != account:
            raise CommandError(f"account {account.sid} is given with two tokens")
    applications = [application for application, _ in apps]
    try:
        if to.startswith("AP"):
            applications.append(Application(to, owner.sid, voice_url=url))
            return Registry(accounts.values(), applications)
        if to.startswith("client:"):
            client = Client(to.removeprefix("client:"), owner.sid, url)
            return Registry(accounts.values(), applications, clients=[client])
        if to.startswith(("sip:", "sips:")):
            domain = re.split("[;?:]", to.partition(":")[2].rpartition("@")[2])[0]
            return Registry(accounts.values(), applications, sip_domains=[SipDomain(domain, owner.sid, url)])
        return Registry(accounts.values(), applications, [PhoneNumber(to, owner.sid, url)])
    except (RegistryError, ValueError) as error:
        raise CommandError(str(error)) from error


async def check_reachable(url: str, *, allow_private: bool) -> None:
    """Find out before a call whether a URL may be requested at all.

    Raises:
        CommandError: Its host does not resolve, or is not an address that may be reached.
    """
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port or _PORTS[parts.scheme]
    addresses = [host]
    refused = Guard(allow_private=allow_private).check(host, port)
    if refused is None and not is_address(host):
        try:
            addresses = list(await resolve(host, port))
        except (OSError, UnicodeError) as error:
            raise CommandError(f"cannot reach {url}: {host} does not resolve") from error
        refused = Guard(allow_private=allow_private).check_addresses(addresses, port)
    if refused is not None:
        if allow_private or not _is_private(host, addresses, port):
            raise CommandError(f"cannot reach {url}: {refused}")
        raise CommandError(f"cannot reach {url}: {refused}; give --allow-private to allow it")


def _is_private(host: str, addresses: list[str], port: int) -> bool:
    """Whether a target that was refused is allowed in development mode."""
    guard = Guard(allow_private=True)
    return guard.check(host, port) is None and (
        not is_address(host) or guard.check_addresses(addresses, port) is None
    )
