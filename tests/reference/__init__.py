"""The pure-Python reference: the oracle of the dispatch tests and the baseline of the benches.

It shares no line with the Rust core and none with `appconnect`, so that the two can disagree. It covers what
the benches measure and no more: crossing by `<Dial><Application>`, returning by `<Hangup>` or `<Reject>`.
"""

from tests.reference.dispatch import Dispatcher, OutOfScopeError, Step
from tests.reference.model import Account, Application, Call, Dial, Endpoint
from tests.reference.request import Request

__all__ = [
    "Account",
    "Application",
    "Call",
    "Dial",
    "Dispatcher",
    "Endpoint",
    "OutOfScopeError",
    "Request",
    "Step",
]
