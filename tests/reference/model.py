"""Who owns what: accounts, applications, calls, and the `<Dial>` that links two calls."""

import hashlib
import hmac
from dataclasses import dataclass, field
from typing import Self
from urllib.parse import urlsplit

API_VERSION = "2010-04-01"

# What a phone call tells of its parties' whereabouts when nothing is known of them (`webhooks.md` section 2).
GEOGRAPHY = {
    f"{party}{part}": ""
    for party in ("From", "To", "Caller", "Called")
    for part in ("City", "State", "Zip", "Country")
}


@dataclass(frozen=True, slots=True)
class Account:
    """An account and its signing key.

    Attributes:
        sid: The Account SID.
        token: The primary auth token; it signs every webhook of the account.
        active: Whether the account may make and receive calls.
        sha1: An HMAC-SHA1 that has taken in the key, to be copied for each signature.
        sha256: The same of HMAC-SHA256.
    """

    sid: str
    token: str
    active: bool = True
    sha1: hmac.HMAC = field(init=False, repr=False, compare=False)
    sha256: hmac.HMAC = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Set the key up once; doing so for each signature costs more than the signature."""
        key = self.token.encode()
        object.__setattr__(self, "sha1", hmac.new(key, digestmod=hashlib.sha1))
        object.__setattr__(self, "sha256", hmac.new(key, digestmod=hashlib.sha256))


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a webhook goes.

    Attributes:
        method: `GET` or `POST`.
        url: The URL on the request line, without fragment and credentials.
        signed: The URL that the signature covers: no port under https (`webhooks.md` section 9).
        host: The `Host` header.
    """

    method: str
    url: str
    signed: str
    host: str

    @classmethod
    def parse(cls, url: str, method: str = "POST") -> Self:
        """Take a URL as configured apart.

        Args:
            url: An absolute http or https URL; nothing in it is re-encoded.
            method: `GET` or `POST`.

        Returns:
            The endpoint.
        """
        parts = urlsplit(url)
        host = parts.netloc.rpartition("@")[2]
        plain = parts._replace(netloc=host, fragment="")
        signed = plain
        if parts.scheme == "https" and parts.port is not None:
            signed = plain._replace(netloc=host.rpartition(":")[0])
        return cls(method, plain.geturl(), signed.geturl(), host)


@dataclass(frozen=True, slots=True)
class Application:
    """A TwiML App.

    Attributes:
        sid: The application SID, matched exactly.
        account: Its owner.
        voice: The Voice URL; an application without one cannot be dialled.
        public: `PublicApplicationConnectEnabled`: other accounts may dial it.
        allow: If given, the only foreign accounts (SIDs) that may dial it.
        forbid: Accounts that may not, the owner included.
    """

    sid: str
    account: Account
    voice: Endpoint | None
    public: bool = False
    allow: frozenset[str] | None = None
    forbid: frozenset[str] = frozenset()


@dataclass(slots=True)
class Call:
    """One account's view of a leg, as far as its webhooks tell it.

    Attributes:
        sid: The CallSid.
        account: The account whose application runs the call.
        from_: The `From` parameter.
        to: The `To` parameter.
        base_url: The URL that the current document came from.
        status: The CallStatus.
        hops: How many applications were dialled on the way here.
        step: The number of the call's latest webhook, from 1.
        answered: When the call was answered, in milliseconds; None before.
        application: The application that was dialled, if one was.
        customer_id: What the dialling side calls itself; sent with `application` only.
        dial: The `<Dial>` that made this call, and that it returns to.
    """

    sid: str
    account: Account
    from_: str
    to: str
    base_url: str
    status: str = "ringing"
    hops: int = 0
    step: int = 1
    answered: int | None = None
    application: Application | None = None
    customer_id: str = ""
    dial: "Dial | None" = None


@dataclass(slots=True)
class Dial:
    """A `<Dial>` that waits for its application to return.

    Attributes:
        sid: The dialled leg as the dialling account sees it (`DialCallSid`).
        parent: The call that dialled.
        action: The `action` attribute as written; None if there is none.
        method: The `method` attribute.
        timeout: Seconds that the application has to answer.
    """

    sid: str
    parent: Call
    action: str | None
    method: str
    timeout: int
