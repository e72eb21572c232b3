"""A webhook request as it goes over the wire: method, URL, headers, body and signature."""

import binascii
import hmac
from typing import NamedTuple
from urllib.parse import urlencode

from tests.reference.model import Account, Endpoint

_FIXED_HEADERS = (
    ("User-Agent", "TwilioProxy/1.1"),
    ("Accept", "*/*"),
    ("Accept-Encoding", "gzip"),
    ("X-Home-Region", "us1"),
)


class Request(NamedTuple):
    """A request, as a client reads it."""

    method: str
    url: str
    headers: tuple[tuple[str, str], ...]
    body: bytes

    @property
    def wire(self) -> bytes:
        """What is written to a connection."""
        target = self.url.partition("://")[2].partition("/")[2]
        lines = "".join([f"{name}: {value}\r\n" for name, value in self.headers])
        return f"{self.method} /{target} HTTP/1.1\r\n{lines}\r\n".encode() + self.body

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


def sign(account: Account, text: str) -> str:
    """Compute X-Twilio-Signature (`webhooks.md` section 9).

    Args:
        account: Whose token signs.
        text: The URL, followed by the sorted pairs of a POST form.

    Returns:
        28 characters of base64.
    """
    return _digest(account.sha1, text)


def sign_standard(account: Account, token: str, seconds: int, payload: str) -> str:
    """Compute webhook-signature, which is unambiguous and carries a time (Standard Webhooks).

    Args:
        account: Whose token signs.
        token: The value of webhook-id.
        seconds: The value of webhook-timestamp.
        payload: The body of a POST, the query of a GET.

    Returns:
        The version and 44 characters of base64.
    """
    return f"v1,{_digest(account.sha256, f'{token}.{seconds}.{payload}')}"


def _digest(mac: hmac.HMAC, text: str) -> str:
    mac = mac.copy()
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


def build(account: Account, endpoint: Endpoint, pairs: dict[str, str], token: str, now: int) -> Request:
    """Make a whole webhook request.

    Args:
        account: The account that owns the call, and signs.
        endpoint: Where the request goes.
        pairs: The parameters.
        token: The idempotency token of the step.
        now: The time of sending, in milliseconds.

    Returns:
        The request: pairs in the body of a POST, after the URL's own query of a GET.
    """
    payload = form = urlencode(pairs)
    content: tuple[tuple[str, str], ...] = ()
    if endpoint.method == "GET":
        joint = "&" if "?" in endpoint.url else "?"
        url, body = f"{endpoint.url}{joint}{form}", b""
        signature = sign(account, f"{endpoint.signed}{joint}{form}")
        payload = url.partition("?")[2]
    else:
        url, body = endpoint.url, form.encode()
        signature = sign(account, endpoint.signed + "".join([name + pairs[name] for name in sorted(pairs)]))
        content = (
            ("Content-Type", "application/x-www-form-urlencoded"),
            ("Content-Length", str(len(body))),
        )
    seconds = now // 1_000
    headers = (
        ("Host", endpoint.host),
        *_FIXED_HEADERS,
        *content,
        ("X-Twilio-Signature", signature),
        ("I-Twilio-Idempotency-Token", token),
        ("webhook-id", token),
        ("webhook-timestamp", str(seconds)),
        ("webhook-signature", sign_standard(account, token, seconds, payload)),
    )
    return Request(endpoint.method, url, headers, body)
