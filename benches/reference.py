"""The pure-Python side of the rows: `tests/reference`, set up for the measured dispatch."""

from pathlib import Path
from typing import NamedTuple

from lxml import etree

from tests.reference import Account, Application, Call, Dispatcher, Endpoint, Request

CALLER = "+15550100"
NUMBER = "+15550199"
VOICE_URL = "https://a.example/voice"
APPLICATION = "AP00000000000000000000000000000b01"
APPLICATION_URL = "https://b.example/voice"
NOW = 1_000
CORPUS = sorted((Path(__file__).parent / "corpus").glob("*.twiml"))
DOCUMENT = (Path(__file__).parent / "corpus" / "03-application.twiml").read_bytes()

A = Account("AC000000000000000000000000000000a1", "token-of-a")
B = Account("AC000000000000000000000000000000b1", "token-of-b")
DIALLED = Application(APPLICATION, B, Endpoint.parse(APPLICATION_URL), public=True)

_CALL_SID = "CA000000000000000000000000000000a1"
# As strict and as safe as the reference's own parser.
_PARSER = etree.XMLParser(
    resolve_entities=False, no_network=True, remove_comments=True, remove_pis=True, collect_ids=False
)


def dispatcher() -> Dispatcher:
    """Make the dispatcher of the measured dispatch."""
    return Dispatcher([DIALLED])


def expected(sid: str) -> Request:
    """Make the request of a dispatch whose new call has this SID."""
    request = Dispatcher([DIALLED], lambda: sid).dispatch(incoming(), DOCUMENT, NOW).request
    assert request is not None
    return request


def incoming() -> Call:
    """Make a call that waits for the answer of A's voice URL."""
    return Call(_CALL_SID, A, CALLER, NUMBER, VOICE_URL)


def calls(count: int) -> list[Call]:
    """Make that many calls, each waiting for its answer."""
    return [incoming() for _ in range(count)]


def run(reference: Dispatcher, waiting: list[Call]) -> None:
    """Dispatch the answer of each call, and make what a transport writes."""
    for call in waiting:
        request = reference.dispatch(call, DOCUMENT, NOW).request
        if request is not None:
            _ = request.wire


def parse(body: bytes) -> etree._Element:
    """Parse a document."""
    return etree.fromstring(body, _PARSER)


class Route(NamedTuple):
    """Where something dialled leads."""

    account: Account
    application: str | None
    voice_url: str


class Routes:
    """What each dialled number and application SID resolves to: two dictionaries."""

    def __init__(self, size: int) -> None:
        """Make that many applications and as many numbers."""
        self._applications = {application_sid(n): (A, application_url(n)) for n in range(size)}
        self._numbers = {number(n): (A, number_url(n)) for n in range(size)}

    def resolve(self, to: str) -> Route | None:
        """Return where it leads, as an object of its own, as the core does."""
        if to.startswith("AP"):
            found, application = self._applications.get(to), to
        else:
            found, application = self._numbers.get(to), None
        return None if found is None else Route(found[0], application, found[1])


def permissions(size: int) -> Dispatcher:
    """Make a dispatcher whose applications belong to B; every other one is private."""
    return Dispatcher(
        Application(application_sid(n), B, Endpoint.parse(application_url(n)), public=n % 2 == 0)
        for n in range(size)
    )


def application_sid(n: int) -> str:
    """Name the n-th application."""
    return f"AP{n:032x}"


def number(n: int) -> str:
    """Name the n-th number."""
    return f"+1{n:010}"


def application_url(n: int) -> str:
    """Name the Voice URL of the n-th application."""
    return f"https://a{n}.example/voice"


def number_url(n: int) -> str:
    """Name the Voice URL of the n-th number."""
    return f"https://n{n}.example/voice"
