"""A webhook request as it goes over the wire: method, URL, headers, body and signature."""

import binascii
import re
from typing import NamedTuple
from urllib.parse import quote_plus

from tests.reference.model import Account, Endpoint

# What no encoding changes.
_PLAIN = re.compile("[A-Za-z0-9_.~-]*").fullmatch
_FIXED_HEADERS = (
    ("User-Agent", "TwilioProxy/1.1"),
    ("Accept", "*/*"),
    ("Accept-Encoding", "gzip"),
    ("X-Home-Region", "us1"),
)


class Request(NamedTuple):
    """A request, ready to be written to a connection."""

    method: str
    url: str
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def header(self, name: str) -> str:
        """Return a header's value.

        Args:
            name: The header's name as `webhooks.md` section 5 writes it.

        Returns:
            The value.

        Raises:
            KeyError: If the request has no such header.
        """
        return dict(self.headers)[name]


def encode(pairs: dict[str, str]) -> str:
    """Encode a form exactly as `urllib.parse.urlencode` does, in half its time.

    Most names and values are SIDs and plain words; only what holds another character is quoted.

    Args:
        pairs: Names and values.

    Returns:
        The `application/x-www-form-urlencoded` text.
    """
    return "&".join(
        [
            f"{name if _PLAIN(name) else quote_plus(name)}={value if _PLAIN(value) else quote_plus(value)}"
            for name, value in pairs.items()
        ]
    )


def sign(account: Account, text: str) -> str:
    """Compute X-Twilio-Signature (`webhooks.md` section 9).

    Args:
        account: Whose token signs.
        text: The URL, followed by the sorted pairs of a POST form.

    Returns:
        28 characters of base64.
    """
    mac = account.mac.copy()
    mac.update(text.encode())
    return binascii.b2a_base64(mac.digest(), newline=False).decode()


def idempotency_token(call_sid: str, step: int) -> str:
    """Name a step of a call by a UUID, the same for every retry.

    Args:
        call_sid: The call.
        step: The number of its webhook, from 1.

    Returns:
        The value of `I-Twilio-Idempotency-Token`.
    """
    text = f"{int(call_sid.removeprefix('CA'), 16) ^ step:032x}"
    return f"{text[:8]}-{text[8:12]}-8{text[13:16]}-a{text[17:20]}-{text[20:]}"


def build(account: Account, endpoint: Endpoint, pairs: dict[str, str], token: str) -> Request:
    """Make a whole webhook request.

    Args:
        account: The account that owns the call, and signs.
        endpoint: Where the request goes.
        pairs: The parameters.
        token: The idempotency token of the step.

    Returns:
        The request: pairs in the body of a POST, after the URL's own query of a GET.
    """
    form = encode(pairs)
    content: tuple[tuple[str, str], ...] = ()
    if endpoint.method == "GET":
        joint = "&" if "?" in endpoint.url else "?"
        url, body = f"{endpoint.url}{joint}{form}", b""
        signature = sign(account, f"{endpoint.signed}{joint}{form}")
    else:
        url, body = endpoint.url, form.encode()
        signature = sign(account, endpoint.signed + "".join([name + pairs[name] for name in sorted(pairs)]))
        content = (
            ("Content-Type", "application/x-www-form-urlencoded"),
            ("Content-Length", str(len(body))),
        )
    headers = (
        ("Host", endpoint.host),
        *_FIXED_HEADERS,
        *content,
        ("X-Twilio-Signature", signature),
        ("I-Twilio-Idempotency-Token", token),
    )
    return Request(endpoint.method, url, headers, body)
