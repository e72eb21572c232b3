"""What the transports to applications in this process share."""

from __future__ import annotations

from appconnect.transport.exchange import Response


def server_error() -> Response:
    """Return what a server answers when its application raises."""
    return Response(500, [("Content-Type", "text/plain; charset=utf-8")], b"Internal Server Error")
