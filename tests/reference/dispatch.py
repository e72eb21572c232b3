"""A webhook answer in, the next request out, in Python as one would write it by hand.

Rules are those of `application-connect.md` sections 1, 2, 4, 5 and 6. Time and SIDs come from outside, as in
the core, so that both can be given the same ones.
"""

import os
import re
from collections.abc import Callable, Iterable
from typing import NamedTuple
from urllib.parse import urljoin

from lxml import etree

from tests.reference.model import API_VERSION, GEOGRAPHY, Account, Application, Call, Dial, Endpoint
from tests.reference.request import Request, build, idempotency_token

MAX_BODY = 65_536
MAX_CUSTOMER_ID = 256
MAX_HOPS = 10
_BLANKS = " \t\r\n"
_TIMEOUT_DEFAULT = 30
_TIMEOUT_RANGE = range(5, 601)
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f]")

CALLER_INACTIVE = 10001
INVALID_APPLICATION = 21218
HOP_LIMIT = 90001

# Comments and instructions say nothing to a call. Entities can come only from a DOCTYPE, which is refused.
_PARSER = etree.XMLParser(
    resolve_entities=False, no_network=True, remove_comments=True, remove_pis=True, collect_ids=False
)


class OutOfScopeError(Exception):
    """The document is valid but does something that the reference does not model."""


class DocumentError(Exception):
    """The document cannot be run.

    Attributes:
        code: Twilio's error code.
    """

    def __init__(self, code: int) -> None:
        """Take the code."""
        super().__init__(code)
        self.code = code


class Step(NamedTuple):
    """What one answer led to.

    Attributes:
        call: The call that speaks to the caller now.
        request: The webhook to send for it; None when nothing is left to ask.
    """

    call: Call
    request: Request | None


class _Crossing(NamedTuple):
    """A `<Dial><Application>`, read and checked."""

    application_sid: str
    customer_id: str
    copy_parent_to: bool
    parameters: dict[str, str]


def _new_sid() -> str:
    return f"CA{os.urandom(16).hex()}"


class Dispatcher:
    """Runs answers against a set of accounts and applications."""

    def __init__(self, applications: Iterable[Application], new_sid: Callable[[], str] = _new_sid) -> None:
        """Index the applications.

        Args:
            applications: Everything that can be dialled.
            new_sid: Gives the CallSids: for each crossing the dialling account's, then the receiving one's.
        """
        self._applications = {application.sid: application for application in applications}
        self._new_sid = new_sid

    def dispatch(self, call: Call, body: bytes, now: int) -> Step:
        """Run the document that a call's webhook answered.

        Args:
            call: The call; it is changed in place.
            body: The answer's body.
            now: Milliseconds since the Unix epoch; requests carry it, and durations are counted in it.

        Returns:
            The call on top of the leg afterwards, and its next request.

        Raises:
            DocumentError: If the document cannot be run.
            OutOfScopeError: If it does something else than dial an application, hang up or reject.
        """
        verb = _first_verb(body)
        match verb.tag:
            case "Dial":
                return self._dial(call, verb, now)
            case "Reject" if call.status == "ringing":
                status = "busy" if verb.get("reason") == "busy" else "no-answer"
                return _leave(call, status, _parameters(verb, "ReturnParam_"), now)
            case "Hangup" | "Reject":
                _answer(call, now)
                return _leave(call, "completed", _parameters(verb, "ReturnParam_"), now)
            case other:
                raise OutOfScopeError(other)

    def admit(self, caller: Account, sid: str, hops: int) -> tuple[Application, Endpoint] | int:
        """Decide whether an account may dial an application (`application-connect.md` section 2).

        Args:
            caller: The account that dials.
            sid: What it dials.
            hops: How many applications were dialled before on this leg.

        Returns:
            The application and its Voice URL, or the code that the dialling side sees. That is the same one
            whatever is wrong with the other side, so that SIDs cannot be probed.
        """
        if not caller.active:
            return CALLER_INACTIVE
        application = self._applications.get(sid)
        if application is None or not application.account.active or caller.sid in application.forbid:
            return INVALID_APPLICATION
        if application.account.sid != caller.sid and not (
            application.public and (application.allow is None or caller.sid in application.allow)
        ):
            return INVALID_APPLICATION
        if hops >= MAX_HOPS:
            return HOP_LIMIT
        if application.voice is None:
            return INVALID_APPLICATION
        return application, application.voice

    def _dial(self, parent: Call, verb: etree._Element, now: int) -> Step:
        """Push a call of the receiving account, or return at once when it may not be dialled."""
        if verb.get("answerOnBridge") != "true":
            _answer(parent, now)
        crossing = _crossing(verb)
        dial = Dial(
            sid=self._new_sid(),
            parent=parent,
            action=verb.get("action"),
            method="GET" if verb.get("method") == "GET" else "POST",
            timeout=_timeout(verb.get("timeout")),
        )
        if crossing is None:
            return _return(dial, {"DialCallStatus": "failed", "ErrorCode": str(INVALID_APPLICATION)}, now)
        admitted = self.admit(parent.account, crossing.application_sid, parent.hops)
        if isinstance(admitted, int):
            return _return(dial, {"DialCallStatus": "failed", "ErrorCode": str(admitted)}, now)
        application, voice = admitted
        call = Call(
            sid=self._new_sid(),
            account=application.account,
            from_=verb.get("callerId") or parent.from_,
            to=parent.to if crossing.copy_parent_to else application.sid,
            base_url=voice.url,
            hops=parent.hops + 1,
            application=application,
            customer_id=crossing.customer_id or parent.account.sid,
            dial=dial,
        )
        pairs = _standard(call)
        pairs.update(crossing.parameters)
        token = idempotency_token(call.sid, call.step)
        return Step(call, build(application.account, voice, pairs, token, now))


def _first_verb(body: bytes) -> etree._Element:
    """Parse an answer and return the verb that decides what happens."""
    if len(body) > MAX_BODY:
        raise DocumentError(11750)
    if not body:
        raise DocumentError(11770)
    try:
        root = etree.fromstring(body, _PARSER)
    except etree.XMLSyntaxError as error:
        raise DocumentError(12100) from error
    if b"<!DOCTYPE" in body and root.getroottree().docinfo.doctype:
        raise DocumentError(12100)
    if root.tag != "Response":
        raise DocumentError(12102)
    if not len(root):
        message = "empty document"
        raise OutOfScopeError(message)
    return root[0]


def _crossing(verb: etree._Element) -> _Crossing | None:
    """Read the noun of a `<Dial>`; None if it does not name one application."""
    noun = next(iter(verb), None)
    if noun is None or noun.tag != "Application":
        message = "Dial without Application"
        raise OutOfScopeError(message)
    nested = {(child.text or "").strip(_BLANKS) for child in noun if child.tag == "ApplicationSid"}
    direct = ((noun.text or "") + "".join([child.tail or "" for child in noun])).strip(_BLANKS)
    if direct:
        nested.add(direct)
    if len(nested) != 1:
        return None
    customer_id = noun.get("customerId", "")
    return _Crossing(
        application_sid=nested.pop(),
        customer_id=customer_id if len(customer_id) <= MAX_CUSTOMER_ID else "",
        copy_parent_to=noun.get("copyParentTo") == "true",
        parameters=_parameters(noun, "Param_"),
    )


def _parameters(element: etree._Element, prefix: str) -> dict[str, str]:
    """Collect the `<Parameter>` children under their delivery names; the last of a name counts."""
    pairs = {}
    for child in element:
        if child.tag == "Parameter":
            name = child.get("name", "")
            if name.strip(_BLANKS) and not _CONTROL.search(name):
                pairs[prefix + name] = child.get("value", "")
    return pairs


def _timeout(text: str | None) -> int:
    """Read `timeout`: 5 to 600 seconds, 30 by default and when it is not such a number."""
    if text is not None and text.isascii() and text.isdecimal() and int(text) in _TIMEOUT_RANGE:
        return int(text)
    return _TIMEOUT_DEFAULT


def _answer(call: Call, now: int) -> None:
    """Answer a call that rings."""
    if call.status == "ringing":
        call.status = "in-progress"
        call.answered = now


def _standard(call: Call) -> dict[str, str]:
    """List the parameters that every request of a call carries (`webhooks.md` section 2)."""
    pairs = {
        "CallSid": call.sid,
        "AccountSid": call.account.sid,
        "From": call.from_,
        "To": call.to,
        "Caller": call.from_,
        "Called": call.to,
        "CallStatus": call.status,
        "Direction": "inbound",
        "ApiVersion": API_VERSION,
    }
    if call.application is not None:
        pairs["ApplicationSid"] = call.application.sid
        pairs["CustomerId"] = call.customer_id
        if call.dial is not None and call.dial.parent.account.sid == call.account.sid:
            pairs["ParentCallSid"] = call.dial.sid
    elif not call.from_.startswith(("client:", "sip:", "sips:")):
        pairs |= GEOGRAPHY
    return pairs


def _leave(call: Call, status: str, returned: dict[str, str], now: int) -> Step:
    """End a call and go back to the one that dialled it, if one did."""
    call.status = status
    if call.dial is None:
        return Step(call, None)
    result = {"DialCallStatus": status}
    if call.answered is not None:
        _answer(call.dial.parent, call.answered)
        result["DialCallDuration"] = str((now - call.answered) // 1000)
    result["DialBridged"] = "true" if status == "completed" else "false"
    result["DialCallSid"] = call.dial.sid
    result.update(returned)
    return _return(call.dial, result, now)


def _return(dial: Dial, result: dict[str, str], now: int) -> Step:
    """Make the `action` request of a `<Dial>` that is over (`application-connect.md` section 6).

    Of a dial that failed it tells the code and not the `ErrorMessage`: that one's wording is free.
    """
    parent = dial.parent
    if dial.action is None:
        return Step(parent, None)
    parent.step += 1
    endpoint = Endpoint.parse(urljoin(parent.base_url, dial.action), dial.method)
    pairs = _standard(parent)
    pairs["DialBridged"] = "false"
    pairs.update(result)
    token = idempotency_token(parent.sid, parent.step)
    return Step(parent, build(parent.account, endpoint, pairs, token, now))
