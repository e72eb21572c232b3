"""
The core of appconnect: the engine, its inputs, effects and events, the registry and the parser.
"""

from appconnect.errors import InputError
from collections.abc import Iterable, Sequence
from typing import Final, Literal, final

__all__ = ["__version__", "Account", "Admission", "AgentDone", "Answer", "Application", "Began", "Bridge", "CallRecording", "ChangeParticipant", "Charge", "ChargeDone", "Client", "CloseRelay", "CloseStream", "Collect", "Conceal", "ConferenceEnded", "ConferenceStarted", "Config", "Connected", "Consult", "Decided", "Dequeue", "Dequeued", "Dial", "Dialled", "Digits", "Document", "Echo", "Endpoint", "Engine", "Facts", "Fetch", "Guard", "HangUp", "Heard", "HttpFailure", "HttpResponse", "HungUp", "IncomingCall", "IncomingSip", "JoinConference", "Joined", "LeaveConference", "Left", "MachineDetected", "MachineDetection", "MediaDone", "MessageStatus", "Modify", "ModifyConference", "ModifyParticipant", "Notify", "OpenRelay", "OpenStream", "Originate", "PaymentDetails", "PhoneNumber", "Placed", "Play", "Pressed", "Problem", "ProblemRaised", "Progress", "Queued", "RecordingTranscribed", "Refer", "ReferProgress", "Referred", "Registry", "RelayEvent", "RelayMessage", "Relayed", "Report", "Request", "Requested", "Responded", "Returned", "Ringback", "Route", "Said", "Say", "SendDtmf", "SendMessage", "SendRelay", "ServiceChanged", "Settle", "Settled", "Settlement", "SipDomain", "SipFacts", "SiprecEvent", "SocketRequest", "Speaking", "Speech", "SpeechOptions", "StartAgent", "StartConferenceRecording", "StartRecording", "StartSiprec", "StartTranscription", "StatusChanged", "StopAgent", "StopCollect", "StopConferenceRecording", "StopMedia", "StopRecording", "StopSiprec", "StopTranscription", "StreamEvent", "Tick", "Transcribe", "Transcribed", "TranscriptionFailed", "Unbridge", "Verb", "VerbBegan", "Verdict", "build_info", "codes_table", "config_table", "parse", "schema_table", "sign", "status_table", "verify"]

__version__: Final[str]

@final
class Account:
    """
    An account: who owns applications and calls.
    """
    __match_args__: Final[tuple[Literal["sid"], Literal["auth_token"], Literal["parent"], Literal["status"]]]
    def __eq__(self, value: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __new__(cls, /, sid: str, auth_token: str, parent: str | None = None, status: str | None = None) -> Account: ...
    def __repr__(self, /) -> str: ...
    @property
    def auth_token(self, /) -> str:
        """
        The primary auth token: webhooks are signed with it.
        """
    @property
    def parent(self, /) -> str | None:
        """
        The main account, when this is a subaccount. Subaccounts have none of their own.
        """
    @property
    def sid(self, /) -> str:
        """
        Its SID: `AC` and 32 hexadecimal digits.
        """
    @property
    def status(self, /) -> Literal["active", "suspended", "closed"]:
        """
        Only an active account takes part in calls; a subaccount is suspended or closed with its parent.
        """

@final
class Admission:
    """
    Whether one account may dial an application of another.
    """
    __match_args__: Final[tuple[Literal["allowed"], Literal["caller_sees"], Literal["owner_sees"], Literal["reason"]]]
    def __eq__(self, value: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __new__(cls, /, allowed: bool, caller_sees: int | None, owner_sees: int | None, reason: str | None) -> Admission: ...
    def __repr__(self, /) -> str: ...
    @property
    def allowed(self, /) -> bool:
        """
        Whether it may.
        """
    @property
    def caller_sees(self, /) -> int | None:
        """
        The code that the dialling side sees when it may not: 10001, 21218 or 90001.
        """
    @property
    def owner_sees(self, /) -> int | None:
        """
        The code that the application's owner sees, where it is one to mend.
        """
    @property
    def reason(self, /) -> str | None:
        """
        Why not. For the operator and the application's owner only: it would tell the dialling side what exists.
        """

@final
class AgentDone:
    """
    A virtual agent is through with the caller.
    """
    __match_args__: Final[tuple[Literal["reply"], Literal["status"], Literal["provider"], Literal["data"], Literal["error_code"], Literal["error"]]]
    def __eq__(self, value: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __new__(cls, /, reply: str, status: str, provider: "str" = "", data: str | None = None, error_code: int | None = None, error: str | None = None) -> AgentDone: ...
    def __repr__(self, /) -> str: ...
    @property
    def data(self, /) -> str | None:
        """
        `VirtualAgentProviderData`: JSON of the provider.
        """
    @property
    def error(self, /) -> str | None:
        """
        `VirtualAgentError`.
        """
    @property
    def error_code(self, /) -> int | None:
        """
        `VirtualAgentErrorCode`.
        """
    @property
    def provider(self, /) -> str:
        """
        `VirtualAgentProvider`: whose agent it was.
        """
    @property
    def reply(self, /) -> str:
        """
        The `StartAgent` that it answers.
        """
    @property
    def status(self, /) -> Literal["completed", "failed", "live-agent-handoff"]:
        """
        How.
        """

@final
class Answer:
    """
    Answer the caller's line.
    """
    __match_args__: Final[tuple[Literal["leg"]]]
    def __eq__(self, value: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __new__(cls, /, leg: str) -> Answer: ...
    def __repr__(self, /) -> str: ...
    @property
    def leg(self, /) -> str:
        """
        The caller's line.
        """

@final
class Application:
    """
    A TwiML App.
    """
    __match_args__: Final[tuple[Literal["sid"], Literal["account"], Literal["voice_url"], Literal["voice_method"], Literal["voice_fallback_url"], Literal["voice_fallback_method"], Literal["status_callback"], Literal["status_callback_method"], Literal["friendly_name"], Literal["public_application_connect_enabled"], Literal["voice_caller_id_lookup"], Literal["allow"], Literal["forbid"], Literal["api_version"]]]
    def __eq__(self, value: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __new__(cls, /, sid: str, account: str, voice_url: str | None = None, voice_method: "str" = "POST", voice_fallback_url: str | None = None, voice_fallback_method: "str" = "POST", status_callback: str | None = None, status_callback_method: "str" = "POST", friendly_name: "str" = "", public_application_connect_enabled: "bool" = False, voice_caller_id_lookup: "bool" = False, allow: Sequence[str] | None = None, forbid: Sequence[str] | None = None, api_version: str | None = None) -> Application: ...
    def __repr__(self, /) -> str: ...
    @property
    def account(self, /) -> str:
        """
        The account that owns it.
        """
    @property
    def allow(self, /) -> list[str] | None:
        """
        When given, other accounts must be on this list. The owner's own account never needs to be.
        """
    @property
    def api_version(self, /) -> Literal["2008-08-01", "2010-04-01"]:
        """
        The value of `ApiVersion` in its webhooks.
        """
    @property
    def forbid(self, /) -> list[str]:
        """
        Accounts that are refused, the owner's own included.
        """
    @property
    def friendly_name(self, /) -> str:
        """
        A name for people.
        """
    @property
    def public_application_connect_enabled(self, /) -> bool:
        """
        Whether every other account may dial it.
        """
    @property
    def sid(self, /) -> str:
        """
        Its SID: `AP` and 32 hexadecimal digits; others work with a warning.
        """
    @property
    def status_callback(self, /) -> str | None:
        """
        Where the end of a call is told.
        """
    @property
    def status_callback_method(self, /) -> Literal["GET", "POST"]:
        """
        GET or POST.
        """
    @property
    def voice_caller_id_lookup(self, /) -> bool:
        """
        Whether `CallerName` is sent.
        """
    @property
    def voice_fallback_method(self, /) -> Literal["GET", "POST"]:
        """
        GET or POST.
        """
    @property
    def voice_fallback_url(self, /) -> str | None:
        """
        Where a call asks when `voice_url` fails.
        """
    @property
    def voice_method(self, /) -> Literal["GET", "POST"]:
        """
        GET or POST.
        """
    @property
    def voice_url(self, /) -> str | None:
        """
        Where a call asks for its first document. Without one the application cannot be dialled.
        """

@final
class Began:
    """
    A call began.
    """
    __match_args__: Final[tuple[Literal["at"], Literal["leg"], Literal["call"], Literal["account"], Literal["direction"], Literal["from_"], Literal["to"], Literal["application"]]]
    def __eq__(self, value: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __new__(cls, /, at: int, leg: str, call: str, account: str, direction: str, from_: str, to: str, application: str | None) -> Began: ...
    def __repr__(self, /) -> str: ...
    @property
    def account(self, /) -> str:
        """
        Whose call it is: the one account that may see this event.
        """
    @property
    def application(self, /) -> str | None:
        """
        The application that handles the call.
        """
    @property
    def at(self, /) -> int:
        """
        When, in milliseconds since the Unix epoch.
        """
    @property
    def call(self, /) -> str:
        """
        In which call.
        """
    @property
    def direction(self, /) -> Literal["inbound", "outbound-dial", "outbound-api"]:
        """
        As the account sees it.
        """
    @property
    def from_(self, /) -> str:
        """
        Who calls.
        """
    @property
    def leg(self, /) -> str:
        """
        On which line.
        """
    @property
    def to(self, /) -> str:
        """
        What was dialled.
        """
    def to_dict(self, /) -> "dict[str, object]":
        """
        The fields by name, as JSON takes them, and the kind as `event`. Nothing is redacted.
        """

@final
class Bridge:
    """
    Connect the media of two lines, both ways.
    """
    __match_args__: Final[tuple[Literal["leg"], Literal["other"]]]
    def __eq__(self, value: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __new__(cls, /, leg: str, other: str) -> Bridge: ...
    def __repr__(self, /) -> str: ...
    @property
    def leg(self, /) -> str:
        """
        The line of the call that dialled.
        """
    @property
    def other(self, /) -> str:
        """
        The line that it is connected to.
        """

@final
class CallRecording:
    """
    How a call is recorded that an account places: from its answer to its end.
    """
    __match_args__: Final[tuple[Literal["dual"], Literal["track"], Literal["trim"], Literal["status_callback"], Literal["status_callback_events"]]]
    def __eq__(self, value: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __new__(cls, /, dual: "bool" = False, track: "str" = "both", trim: "bool" = True, status_callback: str | None = None, status_callback_events: Sequence[str] | None = None) -> CallRecording: ...
    def __repr__(self, /) -> str: ...
    @property
    def dual(self, /) -> bool:
        """
        One channel a party instead of one for both; only when both are recorded.
        """
    @property
    def status_callback(self, /) -> str | None:
        """
        Where its status goes, by POST.
        """
    @property
    def status_callback_events(self, /) -> list[str]:
        """
        Which status: `in-progress`, `completed`, `absent`; only `completed` when it is empty.
        """
    @property
    def track(self, /) -> str:
        """
        Who is recorded: `inbound` (the called party), `outbound` (what it hears) or `both`.
        """
    @property
    def trim(self, /) -> bool:
        """
        Whether silence at both ends is cut off.
        """

@final
class ChangeParticipant:
    """
    Change how somebody takes part in a conference.
    """
    __match_args__: Final[tuple[Literal["leg"], Literal["conference"], Literal["muted"], Literal["hold"], Literal["coaching"], Literal["coached"]]]
    def __eq__(self, value: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __new__(cls, /, leg: str, conference: str, muted: bool, hold: bool, coaching: bool, coached: str | None) -> ChangeParticipant: ...
    def __repr__(self, /) -> str: ...
    @property
    def coached(self, /) -> str | None:
        """
        The line that alone hears this one; none when that one is gone.
        """
    @property
    def coaching(self, /) -> bool:
        """
        Whether only `coached` hears it.
        """
    @property
    def conference(self, /) -> str:
        """
        The conference that it is in.
        """
    @property
    def hold(self, /) -> bool:
        """
        Whether it neither hears nor is heard.
        """
    @property
    def leg(self, /) -> str:
        """
        The line.
        """
    @property
    def muted(self, /) -> bool:
        """
        Whether the others do not hear it.
        """

@final
class Charge:
    """
    Make a payment with what the caller keyed in, or a token for later payments when there is no amount; answer
    with `ChargeDone`. It holds the card: give it to the payment gateway and to nobody else, and write it nowhere.
    `reply` stays the same if the effect is performed again: use it as the gateway's idempotency key.
    """
    __match_args__: Final[tuple[Literal["reply"], Literal["call"], Literal["account"], Literal["connector"], Literal["method"], Literal["details"], Literal["amount"], Literal["currency"], Literal["token_type"], Literal["description"], Literal["parameters"], Literal["timeout_ms"]]]
    def __eq__(self, value: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __new__(cls, /, reply: str, call: str, account: str, connector: str, method: str, details: PaymentDetails, amount: str | None, currency: str, token_type: str, description: str | None, parameters: Sequence[tuple[str, str]], timeout_ms: int) -> Charge: ...
    def __repr__(self, /) -> str: ...
    @property
    def account(self, /) -> str:
        """
        The account that is paid.
        """
    @property
    def amount(self, /) -> str | None:
        """
        A decimal number greater than 0, as the document wrote it; none for a token.
        """
    @property
    def call(self, /) -> str:
        """
        The call whose `<Pay>` it is.
        """
    @property
    def connector(self, /) -> str:
        """
        The name of the account's connector to a payment gateway.
        """
    @property
    def currency(self, /) -> str:
        """
        The currency of the amount, for instance `usd`.
        """
    @property
    def description(self, /) -> str | None:
        """
        What the document says of the payment.
        """
    @property
    def details(self, /) -> PaymentDetails:
        """
        What the caller keyed in.
        """
    @property
    def method(self, /) -> str:
        """
        `credit-card` or `ach-debit`.
        """
    @property
    def parameters(self, /) -> list[tuple[str, str]]:
        """
        The `<Parameter>`s of the document, for the gateway.
        """
    @property
    def reply(self, /) -> str:
        """
        Where the answer goes.
        """
    @property
    def timeout_ms(self, /) -> int:
        """
        How long the engine waits for the answer, in milliseconds; then the payment counts as failed.
        """
    @property
    def token_type(self, /) -> str:
        """
        `one-time`, `reusable` or `payment-method`: which token, when there is no amount.
        """

@final
class ChargeDone:
    """
    The answer to a `Charge`: the payment was made, or it failed when there is a `code`.
    """
    __match_args__: Final[tuple[Literal["reply"], Literal["token"], Literal["confirmation_code"], Literal["profile_id"], Literal["code"], Literal["message"], Literal["connector_error"]]]
    def __eq__(self, value: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __new__(cls, /, reply: str, token: str | None = None, confirmation_code: str | None = None, profile_id: str | None = None, code: int | None = None, message: "str" = "", connector_error: str | None = None) -> ChargeDone: ...
    def __repr__(self, /) -> str: ...
    @property
    def code(self, /) -> int | None:
        """
        Why it failed, sent as `PayErrorCode`: 64001 to 64022; any other counts as 64002.
        """
    @property
    def confirmation_code(self, /) -> str | None:
        """
        Sent as `PaymentConfirmationCode`, for one with an amount.
        """
    @property
    def connector_error(self, /) -> str | None:
        """
        The gateway's own words, sent as `ConnectorError`.
        """
    @property
    def message(self, /) -> str:
        """
        Why it failed, sent as `PaymentError`.
        """
    @property
    def profile_id(self, /) -> str | None:
        """
        Sent as `ProfileId`: the gateway's name for the customer.
        """
    @property
    def reply(self, /) -> str:
        """
        The `Charge` it answers.
        """
    @property
    def token(self, /) -> str | None:
        """
        Sent as `PaymentToken`, for a payment without an amount.
        """

@final
class Client:
    """
    A Voice SDK client. `client:alice` names no account, so an identity is unique in a registry.
    """
    __match_args__: Final[tuple[Literal["identity"], Literal["account"], Literal["voice_url"], Literal["voice_method"], Literal["voice_fallback_url"], Literal["voice_fallback_method"], Literal["status_callback"], Literal["status_callback_method"], Literal["voice_application_sid"]]]
    def __eq__(self, value: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __new__(cls, /, identity: str, account: str, voice_url: str | None = None, voice_method: "str" = "POST", voice_fallback_url: str | None = None, voice_fallback_method: "str" = "POST", status_callback: str | None = None, status_callback_method: "str" = "POST", voice_application_sid: str | None = None) -> Client: ...
    def __repr__(self, /) -> str: ...
    @property
    def account(self, /) -> str:
        """
        The account that owns it.
        """
    @property
    def identity(self, /) -> str:
        """
        The identity, without `client:`; exact case, 1 to 256 characters without blanks.
        """
    @property
    def status_callback(self, /) -> str | None:
        """
        Where the end of a call is told.
        """
    @property
    def status_callback_method(self, /) -> Literal["GET", "POST"]:
        """
        GET or POST.
        """
    @property
    def voice_application_sid(self, /) -> str | None:
        """
        An application of the same account that answers instead; then only its webhooks count.
        """
    @property
    def voice_fallback_method(self, /) -> Literal["GET", "POST"]:
        """
        GET or POST.
        """
    @property
    def voice_fallback_url(self, /) -> str | None:
        """
        Where a call asks when `voice_url` fails.
        """
    @property
    def voice_method(self, /) -> Literal["GET", "POST"]:
        """
        GET or POST.
        """
    @property
    def voice_url(self, /) -> str | None:
        """
        Where a call asks for its first document.
        """

@final
class CloseRelay:
    """
    Close the socket of a `<ConversationRelay>`; no `RelayEvent` is wanted for it.
    """
    __match_args__: Final[tuple[Literal["relay"], Literal["leg"]]]
    def __eq__(self, value: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __new__(cls, /, relay: str, leg: str) -> CloseRelay: ...
    def __repr__(self, /) -> str: ...
    @property
    def leg(self, /) -> str:
        """
        The caller's line.
        """
    @property
    def relay(self, /) -> str:
        """
        The session.
        """

@final
class CloseStream:
    """
    Say goodbye on the socket of a media stream and close it; no `StreamEvent` is wanted for it.
    """
    __match_args__: Final[tuple[Literal["stream"], Literal["leg"]]]
    def __eq__(self, value: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __new__(cls, /, stream: str, leg: str) -> CloseStream: ...
    def __repr__(self, /) -> str: ...
    @property
    def leg(self, /) -> str:
        """
        The caller's line.
        """
    @property
    def stream(self, /) -> str:
        """
        The stream.
        """

@final
class Collect:
    """
    Start listening to the caller. Keys are told as `Digits` whether or not anybody listens.
    """
    __match_args__: Final[tuple[Literal["leg"], Literal["call"], Literal["digits"], Literal["speech"]]]
    def __eq__(self, value: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __new__(cls, /, leg: str, call: str, digits: bool, speech: SpeechOptions | None) -> Collect: ...
    def __repr__(self, /) -> str: ...
    @property
    def call(self, /) -> str:
        """
        The call whose application listens.
        """
    @property
    def digits(self, /) -> bool:
        """
        Whether keys are wanted.
        """
    @property
    def leg(self, /) -> str:
        """
        The caller's line.
        """
    @property
    def speech(self, /) -> SpeechOptions | None:
        """
        How to recognise speech, if it is wanted.
        """

@final
class Conceal:
    """
    While on, nothing that listens along may learn what the caller does: recordings of the line hold silence in
    its place, streams and transcriptions get silence and no keys. What begins meanwhile is under it too.
    """
    __match_args__: Final[tuple[Literal["leg"], Literal["on"]]]
    def __eq__(self, value: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __new__(cls, /, leg: str, on: bool) -> Conceal: ...
    def __repr__(self, /) -> str: ...
    @property
    def leg(self, /) -> str:
        """
        The caller's line.
        """
    @property
    def on(self, /) -> bool:
        """
        Start or stop.
        """

@final
class ConferenceEnded:
    """
    The call's conference ended. Reported once, in the call that brought it about.
    """
    __match_args__: Final[tuple[Literal["at"], Literal["leg"], Literal["call"], Literal["account"], Literal["conference"], Literal["reason"]]]
    def __eq__(self, value: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __new__(cls, /, at: int, leg: str, call: str, account: str, conference: str, reason: str) -> ConferenceEnded: ...
    def __repr__(self, /) -> str: ...
    @property
    def account(self, /) -> str:
        """
        Whose call it is: the one account that may see this event.
        """
    @property
    def at(self, /) -> int:
        """
        When, in milliseconds since the Unix epoch.
        """
    @property
    def call(self, /) -> str:
        """
        In which call.
        """
    @property
    def conference(self, /) -> str:
        """
        Which.
        """
    @property
    def leg(self, /) -> str:
        """
        On which line.
        """
    @property
    def reason(self, /) -> str:
        """
        What its callback calls it: `ReasonConferenceEnded`.
        """
    def to_dict(self, /) -> "dict[str, object]":
        """
        The fields by name, as JSON takes them, and the kind as `event`. Nothing is redacted.
        """

@final
class ConferenceStarted:
    """
    The call's conference began: those in it hear each other. Reported once, in the call that brought it about.
    """
    __match_args__: Final[tuple[Literal["at"], Literal["leg"], Literal["call"], Literal["account"], Literal["conference"]]]
    def __eq__(self, value: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __new__(cls, /, at: int, leg: str, call: str, account: str, conference: str) -> ConferenceStarted: ...
    def __repr__(self, /) -> str: ...
    @property
    def account(self, /) -> str:
        """
        Whose call it is: the one account that may see this event.
        """
    @property
    def at(self, /) -> int:
        """
        When, in milliseconds since the Unix epoch.
        """
    @property
    def call(self, /) -> str:
        """
        In which call.
        """
    @property
    def conference(self, /) -> str:
        """
        Which.
        """
    @property
    def leg(self, /) -> str:
        """
        On which line.
        """
    def to_dict(self, /) -> "dict[str, object]":
        """
        The fields by name, as JSON takes them, and the kind as `event`. Nothing is redacted.
        """

@final
class Config:
    """
    How the engine behaves where it has a choice. Every argument is optional and by keyword.
    """
    def __eq__(self, value: object, /) -> bool: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __new__(cls, /, *, hops: int | None = None, legs_per_root: int | None = None, documents_per_root: int | None = None, root_seconds: int | None = None, family_connect: str | None = None, inbound_rate: int | None = None, outbound_rate: int | None = None, application_connect_rate: int | None = None, consult: bool | None = None, consult_timeout_ms: int | None = None, failed_application: str | None = None, empty_document: str | None = None, expose_parent_call_sid: str | None = None, geography: str | None = None, play_failure: str | None = None, repeat_parameters: bool | None = None, sender_account: bool | None = None, standard_webhooks: bool | None = None, charset_suffix: bool | None = None, caller_id: str | None = None, charge_timeout_ms: int | None = None, echo: str | None = None, pay_over_http: bool | None = None, strict: bool | None = None, dial_timeout_buffer: int | None = None, socket_connect_ms: int | None = None, relay_characters_per_second: int | None = None, recording_base: str | None = None, hold_music: str | None = None, missing_queue: str | None = None, timeline: bool | None = None) -> Config: ...
    def __repr__(self, /) -> str: ...
    @property
    def application_connect_rate(self, /) -> int:
        """
        The price of a started minute that another application handed over, in micro-dollars.
        """
    @property
    def caller_id(self, /) -> Literal["any", "owned"]:
        """
        Which caller IDs a document may use for a call to a phone number.
        """
    @property
    def charge_timeout_ms(self, /) -> int:
        """
        How long the connector of a `<Pay>` may take, in milliseconds; then the payment has failed.
        """
    @property
    def charset_suffix(self, /) -> bool:
        """
        Whether form bodies say `; charset=UTF-8`.
        """
    @property
    def consult(self, /) -> bool:
        """
        Whether each connection between accounts is put to a programmable policy (`Consult`).
        """
    @property
    def consult_timeout_ms(self, /) -> int:
        """
        How long a `Consult` may take, in milliseconds; then the answer is no.
        """
    @property
    def dial_timeout_buffer(self, /) -> int:
        """
        Seconds that are added to the timeout of a `<Dial>`.
        """
    @property
    def documents_per_root(self, /) -> int:
        """
        TwiML documents that one root call may fetch.
        """
    @property
    def echo(self, /) -> Literal["echo", "skip"]:
        """
        What an `<Echo>` does.
        """
    @property
    def empty_document(self, /) -> Literal["completed", "no-answer"]:
        """
        The status of a call whose first document is empty.
        """
    @property
    def expose_parent_call_sid(self, /) -> Literal["always", "never", "same-account"]:
        """
        When a dialled application is told the SID of the dialling side's call.
        """
    @property
    def failed_application(self, /) -> Literal["failed", "play-error"]:
        """
        What the dialling side sees when the webhook and the fallback of a dialled application fail.
        """
    @property
    def family_connect(self, /) -> Literal["deny", "allow"]:
        """
        Whether accounts of one family may dial each other without the public flag.
        """
    @property
    def geography(self, /) -> Literal["empty", "omit"]:
        """
        What the geography parameters of a phone call hold when nothing is known.
        """
    @property
    def hold_music(self, /) -> str | None:
        """
        The audio that a caller hears who waits in a queue or for a conference, where the document names no `waitUrl`;
        silence without it.
        """
    @property
    def hops(self, /) -> int:
        """
        Applications that one line may be handed through; the dial that would be one more is refused.
        """
    @property
    def inbound_rate(self, /) -> int:
        """
        The price of a started minute of a call that comes in, in micro-dollars.
        """
    @property
    def legs_per_root(self, /) -> int:
        """
        Legs and hops together that one root call may use.
        """
    @property
    def missing_queue(self, /) -> Literal["failed", "wait"]:
        """
        What becomes of a `<Dial>` to a queue that nobody has joined yet.
        """
    @property
    def outbound_rate(self, /) -> int:
        """
        The price of a started minute of a call that goes out, in micro-dollars.
        """
    @property
    def pay_over_http(self, /) -> bool:
        """
        Whether the `action` of a `<Pay>` may be http. Twilio refuses it (64016); for development.
        """
    @property
    def play_failure(self, /) -> Literal["fallback", "skip"]:
        """
        What a `<Play>` that cannot be played does to the call.
        """
    @property
    def recording_base(self, /) -> str:
        """
        Where recordings are served: `RecordingUrl` is this, `/2010-04-01/Accounts/AC…/Recordings/RE…`.
        """
    @property
    def relay_characters_per_second(self, /) -> int:
        """
        Characters a second that count as spoken when the caller interrupts a `<ConversationRelay>`.
        """
    @property
    def repeat_parameters(self, /) -> bool:
        """
        Whether `Param_*` are repeated on every request of a dialled application.
        """
    @property
    def root_seconds(self, /) -> int:
        """
        Seconds that a root call may last.
        """
    @property
    def sender_account(self, /) -> bool:
        """
        Whether a dialled application is told the true account behind the call (`AppConnect_SenderAccountSid`).
        """
    @property
    def socket_connect_ms(self, /) -> int:
        """
        Milliseconds in which the socket of a stream or relay must be open, name resolution and TLS included.
        """
    @property
    def standard_webhooks(self, /) -> bool:
        """
        Whether requests carry a second, unambiguous and time-stamped signature (`webhook-signature`).
        """
    @property
    def strict(self, /) -> bool:
        """
        Whether a `<Dial>` that breaks a rule fails, instead of doing what it can with a warning.
        """
    @property
    def timeline(self, /) -> bool:
        """
        Whether the timeline is reported. Problems are, always.
        """

@final
class Connected:
    """
    The call was connected to another one: they hear each other from now on.
    """
    __match_args__: Final[tuple[Literal["at"], Literal["leg"], Literal["call"], Literal["account"], Literal["with_"]]]
    def __eq__(self, value: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __new__(cls, /, at: int, leg: str, call: str, account: str, with_: str) -> Connected: ...
    def __repr__(self, /) -> str: ...
    @property
    def account(self, /) -> str:
        """
        Whose call it is: the one account that may see this event.
        """
    @property
    def at(self, /) -> int:
        """
        When, in milliseconds since the Unix epoch.
        """
    @property
    def call(self, /) -> str:
        """
        In which call.
        """
    @property
    def leg(self, /) -> str:
        """
        On which line.
        """
    def to_dict(self, /) -> "dict[str, object]":
        """
        The fields by name, as JSON takes them, and the kind as `event`. Nothing is redacted.
        """
    @property
    def with_(self, /) -> str:
        """
        The other call.
        """

@final
class Consult:
    """
    Ask the policy; answer with a `Verdict`.
    """
    __match_args__: Final[tuple[Literal["reply"], Literal["facts"], Literal["timeout_ms"]]]
    def __eq__(self, value: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __new__(cls, /, reply: str, facts: Facts, timeout_ms: int) -> Consult: ...
    def __repr__(self, /) -> str: ...
    @property
    def facts(self, /) -> Facts:
        """
        What the rule may look at.
        """
    @property
    def reply(self, /) -> str:
        """
        Where the verdict goes.
        """
    @property
    def timeout_ms(self, /) -> int:
        """
        How long the engine waits for the verdict, in milliseconds; then the answer is no.
        """

@final
class Decided:
    """
    A policy decided about a call to this account's application.
    """
    __match_args__: Final[tuple[Literal["at"], Literal["leg"], Literal["call"], Literal["account"], Literal["caller_account"], Literal["application"], Literal["allowed"], Literal["reason"]]]
    def __eq__(self, value: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __new__(cls, /, at: int, leg: str, call: str, account: str, caller_account: str, application: str, allowed: bool, reason: str) -> Decided: ...
    def __repr__(self, /) -> str: ...
    @property
    def account(self, /) -> str:
        """
        Whose call it is: the one account that may see this event.
        """
    @property
    def allowed(self, /) -> bool:
        """
        Whether it was allowed.
        """
    @property
    def application(self, /) -> str:
        """
        To which application.
        """
    @property
    def at(self, /) -> int:
        """
        When, in milliseconds since the Unix epoch.
        """
    @property
    def call(self, /) -> str:
        """
        In which call.
        """
    @property
    def caller_account(self, /) -> str:
        """
        Who asked to be connected.
        """
    @property
    def leg(self, /) -> str:
        """
        On which line.
        """
    @property
    def reason(self, /) -> str:
        """
        Why not; never shown to the dialling side.
        """
    def to_dict(self, /) -> "dict[str, object]":
        """
        The fields by name, as JSON takes them, and the kind as `event`. Nothing is redacted.
        """

@final
class Dequeue:
    """
    A call that waits in a queue is given another document by its account, as the REST API does with queue members.
    """
    __match_args__: Final[tuple[Literal["queue"], Literal["url"], Literal["call"], Literal["method"]]]
    def __eq__(self, value: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __new__(cls, /, queue: str, url: str, call: str | None = None, method: "str" = "POST") -> Dequeue: ...
    def __repr__(self, /) -> str: ...
    @property
    def call(self, /) -> str | None:
        """
        The call; the one at the head without it.
        """
    @property
    def method(self, /) -> Literal["GET", "POST"]:
        """
        GET or POST.
        """
    @property
    def queue(self, /) -> str:
        """
        The queue.
        """
    @property
    def url(self, /) -> str:
        """
        The document that it goes on with.
        """

@final
class Dequeued:
    """
    The call left its queue; who was connected leaves it when the connection has ended.
    """
    __match_args__: Final[tuple[Literal["at"], Literal["leg"], Literal["call"], Literal["account"], Literal["queue"], Literal["result"], Literal["seconds"]]]
    def __eq__(self, value: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __new__(cls, /, at: int, leg: str, call: str, account: str, queue: str, result: str, seconds: int) -> Dequeued: ...
    def __repr__(self, /) -> str: ...
    @property
    def account(self, /) -> str:
        """
        Whose call it is: the one account that may see this event.
        """
    @property
    def at(self, /) -> int:
        """
        When, in milliseconds since the Unix epoch.
        """
    @property
    def call(self, /) -> str:
        """
        In which call.
        """
    @property
    def leg(self, /) -> str:
        """
        On which line.
        """
    @property
    def queue(self, /) -> str:
        """
        The queue.
        """
    @property
    def result(self, /) -> Literal["bridged", "bridging-in-process", "error", "hangup", "leave", "queue-full", "redirected", "redirected-from-bridged", "system-error"]:
        """
        What is sent as `QueueResult`.
        """
    @property
    def seconds(self, /) -> int:
        """
        Seconds that it waited.
        """
    def to_dict(self, /) -> "dict[str, object]":
        """
        The fields by name, as JSON takes them, and the kind as `event`. Nothing is redacted.
        """

@final
class Dial:
    """
    Place a call. Its line is `leg` from now on: tell what becomes of it by `Progress`, and its end by `HungUp`.
    """
    __match_args__: Final[tuple[Literal["leg"], Literal["call"], Literal["account"], Literal["parent"], Literal["endpoint"], Literal["from_"], Literal["timeout"], Literal["machine_detection"]]]
    def __eq__(self, value: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __new__(cls, /, leg: str, call: str, account: str, parent: str | None, endpoint: Endpoint, from_: str, timeout: int, machine_detection: MachineDetection | None) -> Dial: ...
    def __repr__(self, /) -> str: ...
    @property
    def account(self, /) -> str:
        """
        The account that places it.
        """
    @property
    def call(self, /) -> str:
        """
        The call on it.
        """
    @property
    def endpoint(self, /) -> Endpoint:
        """
        Whom to call.
        """
    @property
    def from_(self, /) -> str:
        """
        Who calls.
        """
    @property
    def leg(self, /) -> str:
        """
        The new line.
        """
    @property
    def machine_detection(self, /) -> MachineDetection | None:
        """
        How to find out who answers, if that is wanted.
        """
    @property
    def parent(self, /) -> str | None:
        """
        The line whose document dials; none for a call that was made through the API.
        """
    @property
    def timeout(self, /) -> int:
        """
        How long it may ring, in seconds. The engine keeps this time itself.
        """

@final
class Dialled:
    """
    An application was dialled.
    """
    __match_args__: Final[tuple[Literal["at"], Literal["leg"], Literal["call"], Literal["account"], Literal["child"], Literal["application"], Literal["customer_id"], Literal["parameters"]]]
    def __eq__(self, value: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __new__(cls, /, at: int, leg: str, call: str, account: str, child: str, application: str, customer_id: str, parameters: Sequence[tuple[str, str]]) -> Dialled: ...
    def __repr__(self, /) -> str: ...
    @property
    def account(self, /) -> str:
        """
        Whose call it is: the one account that may see this event.
        """
    @property
    def application(self, /) -> str:
        """
        The text that was dialled.
        """
    @property
    def at(self, /) -> int:
        """
        When, in milliseconds since the Unix epoch.
        """
    @property
    def call(self, /) -> str:
        """
        In which call.
        """
    @property
    def child(self, /) -> str:
        """
        The dialling side's view of the hop.
        """
    @property
    def customer_id(self, /) -> str:
        """
        What is sent as `CustomerId`.
        """
    @property
    def leg(self, /) -> str:
        """
        On which line.
        """
    @property
    def parameters(self, /) -> list[tuple[str, str]]:
        """
        The arguments, without their prefix.
        """
    def to_dict(self, /) -> "dict[str, object]":
        """
        The fields by name, as JSON takes them, and the kind as `event`. Nothing is redacted.
        """

@final
class Digits:
    """
    Keys that the caller pressed.
    """
    __match_args__: Final[tuple[Literal["leg"], Literal["digits"]]]
    def __eq__(self, value: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __new__(cls, /, leg: str, digits: str) -> Digits: ...
    def __repr__(self, /) -> str: ...
    @property
    def digits(self, /) -> str:
        """
        One or more of `0-9 * # A-D`.
        """
    @property
    def leg(self, /) -> str:
        """
        The caller's line.
        """

@final
class Document:
    """
    A parsed TwiML document with what is wrong with it.
    """
    def __repr__(self, /) -> str: ...
    @property
    def fatal(self, /) -> bool:
        """
        Whether the document cannot be run at all.
        """
    @property
    def omitted_problems(self, /) -> int:
        """
        How many more problems there are than `problems` holds.
        """
    @property
    def problems(self, /) -> list[Problem]:
        """
        What is wrong, in the order of the document. Of a fatal document, what makes it so.
        """
    def verbs(self, /) -> list[Verb]:
        """
        The verbs that would run, in order. Raises `TwimlError` if the document cannot be run at all.
        """

@final
class Echo:
    """
    Give the caller's own voice back to the caller, or stop it.
    """
    __match_args__: Final[tuple[Literal["leg"], Literal["call"], Literal["on"]]]
    def __eq__(self, value: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __new__(cls, /, leg: str, call: str, on: bool) -> Echo: ...
    def __repr__(self, /) -> str: ...
    @property
    def call(self, /) -> str:
        """
        The call whose application asks for it.
        """
    @property
    def leg(self, /) -> str:
        """
        The caller's line.
        """
    @property
    def on(self, /) -> bool:
        """
        Start or stop.
        """

@final
class Endpoint:
    """
    Whom a `Dial` calls.
    """
    __match_args__: Final[tuple[Literal["kind"], Literal["address"], Literal["parameters"], Literal["username"], Literal["password"]]]
    def __eq__(self, value: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __new__(cls, /, kind: str, address: str, parameters: Sequence[tuple[str, str]], username: str | None, password: str | None) -> Endpoint: ...
    def __repr__(self, /) -> str: ...
    @property
    def address(self, /) -> str:
        """
        A phone number, `client:name`, a SIP URI without its headers, a SIM's SID, or `whatsapp:` and a number.
        """
    @property
    def kind(self, /) -> Literal["client", "number", "sim", "sip", "whatsapp"]:
        """
        What kind of party it is.
        """
    @property
    def parameters(self, /) -> list[tuple[str, str]]:
        """
        What a client is told, by name; the headers of a SIP request.
        """
    @property
    def password(self, /) -> str | None:
        """
        The password of a SIP URI that wants credentials.
        """
    @property
    def username(self, /) -> str | None:
        """
        The user of a SIP URI that wants credentials.
        """

@final
class Engine:
    """
    Runs calls: give it one input and the time; it hands back every effect that follows. Perform them in order; answer
    each one that carries a reply id, at least once, in any order, from any process; time never goes backwards;
    nothing else happens. A stale or repeated reply changes nothing.

    It may be used from several threads; they take turns.
    """
    def __new__(cls, /, registry: Registry, seed: bytes, config: Config | None = None) -> Engine:
        """
        `seed` is 32 bytes, from a cryptographic source unless a run is to be repeated: SIDs follow from it.
        """
    def handle(self, /, input: IncomingCall | HttpResponse | HttpFailure | MediaDone | Dequeue | Digits | Speech | HungUp | MachineDetected | Modify | ModifyConference | ModifyParticipant | Originate | Speaking | Progress | Referred | Verdict | AgentDone | RelayEvent | RelayMessage | SiprecEvent | StreamEvent | Transcribed | TranscriptionFailed | ChargeDone | MessageStatus | RecordingTranscribed | ReferProgress | Tick, now: int) -> list[Answer | Bridge | ChangeParticipant | Charge | CloseRelay | CloseStream | Collect | Conceal | Consult | Dial | Echo | Fetch | HangUp | JoinConference | LeaveConference | Notify | OpenRelay | OpenStream | Play | Refer | Report | Ringback | Say | SendDtmf | SendMessage | SendRelay | Settle | StartAgent | StartConferenceRecording | StartRecording | StartSiprec | StartTranscription | StopAgent | StopCollect | StopConferenceRecording | StopMedia | StopRecording | StopSiprec | StopTranscription | Transcribe | Unbridge]:
        """
        Takes one input and the time in milliseconds since the Unix epoch; returns every effect that follows, in the
        order to perform them. An input that makes no sense raises `InputError` and changes nothing.
        """
    def handle_many(self, /, inputs: Sequence[IncomingCall | HttpResponse | HttpFailure | MediaDone | Dequeue | Digits | Speech | HungUp | MachineDetected | Modify | ModifyConference | ModifyParticipant | Originate | Speaking | Progress | Referred | Verdict | AgentDone | RelayEvent | RelayMessage | SiprecEvent | StreamEvent | Transcribed | TranscriptionFailed | ChargeDone | MessageStatus | RecordingTranscribed | ReferProgress | Tick], now: int) -> tuple[list[Answer | Bridge | ChangeParticipant | Charge | CloseRelay | CloseStream | Collect | Conceal | Consult | Dial | Echo | Fetch | HangUp | JoinConference | LeaveConference | Notify | OpenRelay | OpenStream | Play | Refer | Report | Ringback | Say | SendDtmf | SendMessage | SendRelay | Settle | StartAgent | StartConferenceRecording | StartRecording | StartSiprec | StartTranscription | StopAgent | StopCollect | StopConferenceRecording | StopMedia | StopRecording | StopSiprec | StopTranscription | Transcribe | Unbridge], list[tuple[int, InputError]]]:
        """
        Takes several inputs of one moment without holding the interpreter's lock meanwhile. Returns all effects, and
        for each input that made no sense its place and the error; the others are handled all the same.
        """
    def live_legs(self, /) -> int:
        """
        How many legs are left, with those that only wait for their last requests: 0 when nothing is.
        """
    def next_timeout(self, /) -> int | None:
        """
        When the engine next wants an input, a `Tick` if nothing else happens: milliseconds since the Unix epoch.
        """
    def release(self, /, subject: str) -> None:
        """
        Forgets the line that a call stands on, or a room, without any effect: another engine goes on with its snapshot.
        """
    def restore(self, /, data: bytes, now: int) -> list[str]:
        """
        Goes on with what a snapshot holds; returns the SIDs of the calls of a line, the bottom one first, or of those that
        are in a room, the first one first. Raises `SnapshotError` if it cannot be read, or lives here already.
        """
    def set_registry(self, /, registry: Registry) -> None:
        """
        Replaces the registry; calls that live go on with what they have.
        """
    def snapshot(self, /, subject: str) -> bytes:
        """
        The line that a call stands on with every call on it, or a room, as bytes that `restore` reads in any process.
        `subject` is the SID of the call, the conference or the queue. Calls tell each other things within one engine only: lines that
        are connected, dial each other or meet in one room move together, and with their room.
        """
    def subjects(self, /) -> list[str]:
        """
        Everything that is saved by itself: the SID of one call of each line, and of every room.
        """

@final
class Facts:
    """
    What a programmable rule may look at. Only the accounts, the application and the hop count are established by
    the platform; the rest is whatever the dialling side wrote, and proves nothing.
    """
    __match_args__: Final[tuple[Literal["point"], Literal["caller_account"], Literal["callee_account"], Literal["application"], Literal["from_"], Literal["to"], Literal["customer_id"], Literal["hops"], Literal["parameters"]]]
    def __eq__(self, value: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __new__(cls, /, point: str, caller_account: str, callee_account: str, application: str, from_: str, to: str, customer_id: str, hops: int, parameters: Sequence[tuple[str, str]]) -> Facts: ...
    def __repr__(self, /) -> str: ...
    @property
    def application(self, /) -> str:
        """
        The dialled application.
        """
    @property
    def callee_account(self, /) -> str:
        """
        The account that owns the application.
        """
    @property
    def caller_account(self, /) -> str:
        """
        The account whose document dials.
        """
    @property
    def customer_id(self, /) -> str:
        """
        `CustomerId` as the application will see it.
        """
    @property
    def from_(self, /) -> str:
        """
        `From` as the application will see it.
        """
    @property
    def hops(self, /) -> int:
        """
        How many applications this line has been handed through already.
        """
    @property
    def parameters(self, /) -> list[tuple[str, str]]:
        """
        The `<Parameter>`s in document order: names without the `Param_` prefix, and values.
        """
    @property
    def point(self, /) -> Literal["connect"]:
        """
        Where the rule is asked.
        """
    @property
    def to(self, /) -> str:
        """
        `To` as the application will see it.
        """

@final
class Fetch:
    """
    Make a request whose answer the call waits for; answer with `HttpResponse` or `HttpFailure`.
    """
    __match_args__: Final[tuple[Literal["reply"], Literal["call"], Literal["account"], Literal["request"]]]
    def __eq__(self, value: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __new__(cls, /, reply: str, call: str, account: str, request: Request) -> Fetch: ...
    def __repr__(self, /) -> str: ...
    @property
    def account(self, /) -> str:
        """
        The account that owns the webhook; connections are not shared between accounts.
        """
    @property
    def call(self, /) -> str:
        """
        The call whose webhook it is.
        """
    @property
    def reply(self, /) -> str:
        """
        Where the answer goes.
        """
    @property
    def request(self, /) -> Request:
        """
        The whole request, signed.
        """

@final
class Guard:
    """
    Which addresses webhooks may reach. The default allows the public internet only.
    """
    def __new__(cls, /, *, allow_private: "bool" = False, allow: Sequence[str] | None = None, deny: Sequence[str] | None = None, own: Sequence[str] | None = None) -> Guard:
        """
        `allow_private` opens loopback and private networks, for tests and closed networks. `allow` and `deny` are
        blocks such as `10.0.0.0/8`; `own` are the platform's own listeners, such as `192.0.2.1:8080`.
        """
    def __repr__(self, /) -> str: ...
    def check(self, /, host: str, port: int) -> str | None:
        """
        Judges a host (an IPv6 address without brackets) and port before the name is resolved: why it is refused, or
        `None`.
        """
    def check_addresses(self, /, addresses: Sequence[str], port: int) -> str | None:
        """
        Judges every address that a name resolved to: why the name is refused, or `None`. One refused address
        refuses them all.
        """

@final
class HangUp:
    """
    End the caller's line.
    """
    __match_args__: Final[tuple[Literal["leg"], Literal["cause"]]]
    def __eq__(self, value: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __new__(cls, /, leg: str, cause: str) -> HangUp: ...
    def __repr__(self, /) -> str: ...
    @property
    def cause(self, /) -> Literal["busy", "error", "normal", "not-found", "rejected"]:
        """
        Why: what a carrier's signalling says to the caller.
        """
    @property
    def leg(self, /) -> str:
        """
        The caller's line.
        """

@final
class Heard:
    """
    The caller was given something to hear.
    """
    __match_args__: Final[tuple[Literal["at"], Literal["leg"], Literal["call"], Literal["account"], Literal["medium"], Literal["text"]]]
    def __eq__(self, value: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __new__(cls, /, at: int, leg: str, call: str, account: str, medium: str, text: str) -> Heard: ...
    def __repr__(self, /) -> str: ...
    @property
    def account(self, /) -> str:
        """
        Whose call it is: the one account that may see this event.
        """
    @property
    def at(self, /) -> int:
        """
        When, in milliseconds since the Unix epoch.
        """
    @property
    def call(self, /) -> str:
        """
        In which call.
        """
    @property
    def leg(self, /) -> str:
        """
        On which line.
        """
    @property
    def medium(self, /) -> Literal["audio", "speech", "tones"]:
        """
        How it was made.
        """
    @property
    def text(self, /) -> str:
        """
        The words, the URL or the tones.
        """
    def to_dict(self, /) -> "dict[str, object]":
        """
        The fields by name, as JSON takes them, and the kind as `event`. Nothing is redacted.
        """

@final
class HttpFailure:
    """
    An exchange without a complete answer.
    """
    __match_args__: Final[tuple[Literal["reply"], Literal["reason"]]]
    def __eq__(self, value: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __new__(cls, /, reply: str, reason: str) -> HttpFailure: ...
    def __repr__(self, /) -> str: ...
    @property
    def reason(self, /) -> Literal["address-denied", "bad-encoding", "certificate-expired", "certificate-name", "certificate-untrusted", "connect-timeout", "dns", "overloaded", "protocol", "refused", "reset", "timeout", "tls", "too-large", "truncated"]:
        """
        What went wrong.
        """
    @property
    def reply(self, /) -> str:
        """
        The `Fetch` or `Notify` it answers.
        """

@final
class HttpResponse:
    """
    A complete HTTP answer.
    """
    __match_args__: Final[tuple[Literal["reply"], Literal["status"], Literal["headers"], Literal["body"]]]
    def __eq__(self, value: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __new__(cls, /, reply: str, status: int, headers: Sequence[tuple[str, str]], body: bytes | bytearray) -> HttpResponse: ...
    def __repr__(self, /) -> str: ...
    @property
    def body(self, /) -> bytes:
        """
        The body after content decoding, at most 65,537 bytes (one more than allowed shows the excess).
        """
    @property
    def headers(self, /) -> list[tuple[str, str]]:
        """
        Header fields in the order received; names in any case.
        """
    @property
    def reply(self, /) -> str:
        """
        The `Fetch` or `Notify` it answers.
        """
    @property
    def status(self, /) -> int:
        """
        The status code.
        """

@final
class HungUp:
    """
    The caller hung up, or the line was lost.
    """
    __match_args__: Final[tuple[Literal["leg"]]]
    def __eq__(self, value: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __new__(cls, /, leg: str) -> HungUp: ...
    def __repr__(self, /) -> str: ...
    @property
    def leg(self, /) -> str:
        """
        The caller's line.
        """

@final
class IncomingCall:
    """
    A caller's line that rings at one of the registry's routes.
    """
    __match_args__: Final[tuple[Literal["leg"], Literal["from_"], Literal["to"], Literal["forwarded_from"], Literal["caller_name"], Literal["stir_verstat"], Literal["sip"]]]
    def __eq__(self, value: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __new__(cls, /, leg: str, from_: str, to: str, forwarded_from: str | None = None, caller_name: str | None = None, stir_verstat: str | None = None, sip: IncomingSip | None = None) -> IncomingCall: ...
    def __repr__(self, /) -> str: ...
    @property
    def caller_name(self, /) -> str | None:
        """
        The result of a caller-name look-up; sent on only where the route asks for it.
        """
    @property
    def forwarded_from(self, /) -> str | None:
        """
        The number that forwarded the call, where the carrier says so.
        """
    @property
    def from_(self, /) -> str:
        """
        Who calls: a phone number, `client:…` or `sip:…`.
        """
    @property
    def leg(self, /) -> str:
        """
        The name of the line, chosen by whoever owns its media; unique among live legs.
        """
    @property
    def sip(self, /) -> IncomingSip | None:
        """
        What SIP says of it, if it came in so.
        """
    @property
    def stir_verstat(self, /) -> str | None:
        """
        The carrier's attestation, for instance `TN-Validation-Passed-A`.
        """
    @property
    def to(self, /) -> str:
        """
        What was dialled: a phone number, `client:…`, `sip:…`, `AP…` or `app:AP…`.
        """

@final
class IncomingSip:
    """
    What SIP says of a call that came in; its domain is in what was dialled.
    """
    __match_args__: Final[tuple[Literal["call_id"], Literal["domain_sid"], Literal["source_ip"], Literal["headers"]]]
    def __eq__(self, value: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __new__(cls, /, call_id: str | None = None, domain_sid: str | None = None, source_ip: str | None = None, headers: Sequence[tuple[str, str]] | None = None) -> IncomingSip: ...
    def __repr__(self, /) -> str: ...
    @property
    def call_id(self, /) -> str | None:
        """
        The `Call-ID`.
        """
    @property
    def domain_sid(self, /) -> str | None:
        """
        The SID of the SIP domain, where it has one.
        """
    @property
    def headers(self, /) -> list[tuple[str, str]]:
        """
        Header fields of the INVITE; the application is told of the `X-` headers and User-to-User, of each name
        once.
        """
    @property
    def source_ip(self, /) -> str | None:
        """
        The address that the INVITE came from.
        """

@final
class JoinConference:
    """
    Let a line take part in a conference: it hears the others, and they hear it.
    """
    __match_args__: Final[tuple[Literal["leg"], Literal["call"], Literal["account"], Literal["conference"], Literal["muted"], Literal["hold"], Literal["coaching"], Literal["coached"], Literal["beep"], Literal["jitter_buffer"], Literal["region"]]]
    def __eq__(self, value: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __new__(cls, /, leg: str, call: str, account: str, conference: str, muted: bool, hold: bool, coaching: bool, coached: str | None, beep: bool, jitter_buffer: str, region: str | None) -> JoinConference: ...
    def __repr__(self, /) -> str: ...
    @property
    def account(self, /) -> str:
        """
        The account whose conference it is.
        """
    @property
    def beep(self, /) -> bool:
        """
        Whether the others hear a beep.
        """
    @property
    def call(self, /) -> str:
        """
        The call on it.
        """
    @property
    def coached(self, /) -> str | None:
        """
        The line that alone hears this one; none when that one is gone.
        """
    @property
    def coaching(self, /) -> bool:
        """
        Whether only `coached` hears it.
        """
    @property
    def conference(self, /) -> str:
        """
        The conference; it is there from the first line to the last.
        """
    @property
    def hold(self, /) -> bool:
        """
        Whether it neither hears nor is heard.
        """
    @property
    def jitter_buffer(self, /) -> str:
        """
        How much is buffered against jitter: `small`, `medium`, `large` or `off`.
        """
    @property
    def leg(self, /) -> str:
        """
        The line.
        """
    @property
    def muted(self, /) -> bool:
        """
        Whether the others do not hear it.
        """
    @property
    def region(self, /) -> str | None:
        """
        Where the conference is mixed, if its first participant said so, for instance `ie1`.
        """

@final
class Joined:
    """
    The call joined a conference.
    """
    __match_args__: Final[tuple[Literal["at"], Literal["leg"], Literal["call"], Literal["account"], Literal["conference"], Literal["name"], Literal["label"], Literal["waits"]]]
    def __eq__(self, value: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __new__(cls, /, at: int, leg: str, call: str, account: str, conference: str, name: str, label: str | None, waits: bool) -> Joined: ...
    def __repr__(self, /) -> str: ...
    @property
    def account(self, /) -> str:
        """
        Whose call it is: the one account that may see this event.
        """
    @property
    def at(self, /) -> int:
        """
        When, in milliseconds since the Unix epoch.
        """
    @property
    def call(self, /) -> str:
        """
        In which call.
        """
    @property
    def conference(self, /) -> str:
        """
        Which.
        """
    @property
    def label(self, /) -> str | None:
        """
        How the account calls this participant, if it does.
        """
    @property
    def leg(self, /) -> str:
        """
        On which line.
        """
    @property
    def name(self, /) -> str:
        """
        What its account calls it.
        """
    def to_dict(self, /) -> "dict[str, object]":
        """
        The fields by name, as JSON takes them, and the kind as `event`. Nothing is redacted.
        """
    @property
    def waits(self, /) -> bool:
        """
        Whether it has to wait until the conference begins.
        """

@final
class LeaveConference:
    """
    Take a line out of a conference. It may be gone already.
    """
    __match_args__: Final[tuple[Literal["leg"], Literal["conference"], Literal["beep"]]]
    def __eq__(self, value: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __new__(cls, /, leg: str, conference: str, beep: bool) -> LeaveConference: ...
    def __repr__(self, /) -> str: ...
    @property
    def beep(self, /) -> bool:
        """
        Whether the others hear a beep.
        """
    @property
    def conference(self, /) -> str:
        """
        The conference that it was in.
        """
    @property
    def leg(self, /) -> str:
        """
        The line.
        """

@final
class Left:
    """
    The call left a conference. Not to be taken for its end.
    """
    __match_args__: Final[tuple[Literal["at"], Literal["leg"], Literal["call"], Literal["account"], Literal["conference"], Literal["reason"], Literal["seconds"]]]
    def __eq__(self, value: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __new__(cls, /, at: int, leg: str, call: str, account: str, conference: str, reason: str, seconds: int) -> Left: ...
    def __repr__(self, /) -> str: ...
    @property
    def account(self, /) -> str:
        """
        Whose call it is: the one account that may see this event.
        """
    @property
    def at(self, /) -> int:
        """
        When, in milliseconds since the Unix epoch.
        """
    @property
    def call(self, /) -> str:
        """
        In which call.
        """
    @property
    def conference(self, /) -> str:
        """
        Which.
        """
    @property
    def leg(self, /) -> str:
        """
        On which line.
        """
    @property
    def reason(self, /) -> str:
        """
        What its callback calls it: `ReasonParticipantLeft`.
        """
    @property
    def seconds(self, /) -> int:
        """
        Seconds since it had joined.
        """
    def to_dict(self, /) -> "dict[str, object]":
        """
        The fields by name, as JSON takes them, and the kind as `event`. Nothing is redacted.
        """

@final
class MachineDetected:
    """
    Who answered a call that was placed with machine detection.
    """
    __match_args__: Final[tuple[Literal["leg"], Literal["answered_by"], Literal["duration_ms"]]]
    def __eq__(self, value: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __new__(cls, /, leg: str, answered_by: str, duration_ms: int) -> MachineDetected: ...
    def __repr__(self, /) -> str: ...
    @property
    def answered_by(self, /) -> Literal["fax", "human", "machine_end_beep", "machine_end_other", "machine_end_silence", "machine_start", "unknown"]:
        """
        Who.
        """
    @property
    def duration_ms(self, /) -> int:
        """
        How long it took to find out, in milliseconds.
        """
    @property
    def leg(self, /) -> str:
        """
        The line.
        """

@final
class MachineDetection:
    """
    How to find out whether a person or a machine answers. Answer with `MachineDetected`.
    """
    __match_args__: Final[tuple[Literal["message_end"], Literal["timeout"], Literal["speech_threshold"], Literal["speech_end_threshold"], Literal["silence_timeout"]]]
    def __eq__(self, value: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __new__(cls, /, message_end: bool, timeout: "int" = 30, speech_threshold: "int" = 2400, speech_end_threshold: "int" = 1200, silence_timeout: "int" = 5000) -> MachineDetection: ...
    def __repr__(self, /) -> str: ...
    @property
    def message_end(self, /) -> bool:
        """
        Whether to wait for the end of a machine's greeting.
        """
    @property
    def silence_timeout(self, /) -> int:
        """
        Milliseconds of silence at the beginning after which the answer is `unknown`, 2,000 to 10,000.
        """
    @property
    def speech_end_threshold(self, /) -> int:
        """
        Milliseconds of silence after speech that make it a person, 500 to 5,000.
        """
    @property
    def speech_threshold(self, /) -> int:
        """
        Milliseconds of speech that make it a machine, 1,000 to 6,000.
        """
    @property
    def timeout(self, /) -> int:
        """
        Seconds after which the answer is `unknown`, 3 to 60.
        """

@final
class MediaDone:
    """
    Speech, audio or a recording that ended by itself.
    """
    __match_args__: Final[tuple[Literal["reply"], Literal["failed"]]]
    def __eq__(self, value: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __new__(cls, /, reply: str, failed: str | None = None) -> MediaDone: ...
    def __repr__(self, /) -> str: ...
    @property
    def failed(self, /) -> Literal["content-type", "retrieval", "silent"] | None:
        """
        Why the media could not be played: not audio that can be played, or not retrieved; or that a recording holds
        no sound. `None` if all went well.
        """
    @property
    def reply(self, /) -> str:
        """
        The `Say`, `Play` or `StartRecording` that ended.
        """

@final
class MessageStatus:
    """
    The answer to a `SendMessage`.
    """
    __match_args__: Final[tuple[Literal["reply"], Literal["sent"]]]
    def __eq__(self, value: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __new__(cls, /, reply: str, sent: bool) -> MessageStatus: ...
    def __repr__(self, /) -> str: ...
    @property
    def reply(self, /) -> str:
        """
        The `SendMessage` it answers.
        """
    @property
    def sent(self, /) -> bool:
        """
        Whether it was sent; otherwise it has failed.
        """

@final
class Modify:
    """
    A change of a live call by its account, as the REST API makes it: exactly one of `url`, `twiml` and `status`.
    """
    __match_args__: Final[tuple[Literal["call"], Literal["url"], Literal["method"], Literal["twiml"], Literal["status"]]]
    def __eq__(self, value: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __new__(cls, /, call: str, *, url: str | None = None, method: "str" = "POST", twiml: str | None = None, status: str | None = None) -> Modify: ...
    def __repr__(self, /) -> str: ...
    @property
    def call(self, /) -> str:
        """
        The call: any on the stack, or the dialling side's view of a hop.
        """
    @property
    def method(self, /) -> Literal["GET", "POST"]:
        """
        GET or POST, for `url`.
        """
    @property
    def status(self, /) -> Literal["canceled", "completed"] | None:
        """
        `completed` ends the call; `canceled` ends it only if it was not answered yet.
        """
    @property
    def twiml(self, /) -> str | None:
        """
        Run this document, at most 4,000 characters (32018).
        """
    @property
    def url(self, /) -> str | None:
        """
        Request this URL and run what it answers.
        """

@final
class ModifyConference:
    """
    A change of a conference by its account, as the REST API makes it: exactly one of `announce_url` and `end`.
    """
    __match_args__: Final[tuple[Literal["conference"], Literal["announce_url"], Literal["announce_method"], Literal["end"]]]
    def __eq__(self, value: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __new__(cls, /, conference: str, *, announce_url: str | None = None, announce_method: "str" = "POST", end: "bool" = False) -> ModifyConference: ...
    def __repr__(self, /) -> str: ...
    @property
    def announce_method(self, /) -> Literal["GET", "POST"]:
        """
        GET or POST, for `announce_url`.
        """
    @property
    def announce_url(self, /) -> str | None:
        """
        Let everybody in it hear this document once.
        """
    @property
    def conference(self, /) -> str:
        """
        The conference.
        """
    @property
    def end(self, /) -> bool:
        """
        End it.
        """

@final
class ModifyParticipant:
    """
    A change of somebody in a conference by the account, as the REST API makes it; what is not given stays.
    """
    __match_args__: Final[tuple[Literal["conference"], Literal["call"], Literal["muted"], Literal["hold"], Literal["hold_url"], Literal["hold_method"], Literal["coaching"], Literal["coach"], Literal["end_on_exit"], Literal["beep_on_exit"], Literal["announce_url"], Literal["announce_method"], Literal["kick"]]]
    def __eq__(self, value: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __new__(cls, /, conference: str, call: str, *, muted: bool | None = None, hold: bool | None = None, hold_url: str | None = None, hold_method: "str" = "POST", coaching: bool | None = None, coach: str | None = None, end_on_exit: bool | None = None, beep_on_exit: bool | None = None, announce_url: str | None = None, announce_method: "str" = "POST", kick: "bool" = False) -> ModifyParticipant: ...
    def __repr__(self, /) -> str: ...
    @property
    def announce_method(self, /) -> Literal["GET", "POST"]:
        """
        GET or POST, for `announce_url`.
        """
    @property
    def announce_url(self, /) -> str | None:
        """
        Let it alone hear this document once.
        """
    @property
    def beep_on_exit(self, /) -> bool | None:
        """
        Whether the others hear a beep when it leaves.
        """
    @property
    def call(self, /) -> str:
        """
        The call that is in it.
        """
    @property
    def coach(self, /) -> str | None:
        """
        The participant who alone hears it from now on.
        """
    @property
    def coaching(self, /) -> bool | None:
        """
        `False` lets everybody hear it again.
        """
    @property
    def conference(self, /) -> str:
        """
        The conference.
        """
    @property
    def end_on_exit(self, /) -> bool | None:
        """
        Whether its leaving ends the conference.
        """
    @property
    def hold(self, /) -> bool | None:
        """
        Whether it neither hears the others nor is heard.
        """
    @property
    def hold_method(self, /) -> Literal["GET", "POST"]:
        """
        GET or POST, for `hold_url`.
        """
    @property
    def hold_url(self, /) -> str | None:
        """
        What it hears on hold; silence without it.
        """
    @property
    def kick(self, /) -> bool:
        """
        Take it out; the `<Dial>` that brought it there is over.
        """
    @property
    def muted(self, /) -> bool | None:
        """
        Whether the others do not hear it.
        """

@final
class Notify:
    """
    Make a request that no call waits for; those of one call start in the order given. Answer it all the same.
    """
    __match_args__: Final[tuple[Literal["reply"], Literal["call"], Literal["account"], Literal["conference"], Literal["sequence"], Literal["request"]]]
    def __eq__(self, value: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __new__(cls, /, reply: str, call: str, account: str, conference: str | None, sequence: int | None, request: Request) -> Notify: ...
    def __repr__(self, /) -> str: ...
    @property
    def account(self, /) -> str:
        """
        The account that owns the webhook.
        """
    @property
    def call(self, /) -> str:
        """
        The call that it speaks of.
        """
    @property
    def conference(self, /) -> str | None:
        """
        The conference whose event it tells: those of one conference start in the order given, too, whichever call they
        speak of.
        """
    @property
    def reply(self, /) -> str:
        """
        Where the answer goes.
        """
    @property
    def request(self, /) -> Request:
        """
        The whole request, signed.
        """
    @property
    def sequence(self, /) -> int | None:
        """
        The place in the order of the call's or the conference's status callbacks, from 0; absent for other notices.
        """

@final
class OpenRelay:
    """
    Open the socket of a `<ConversationRelay>`; tell of it by `RelayEvent` and `RelayMessage`.
    """
    __match_args__: Final[tuple[Literal["relay"], Literal["leg"], Literal["call"], Literal["account"], Literal["request"]]]
    def __eq__(self, value: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __new__(cls, /, relay: str, leg: str, call: str, account: str, request: SocketRequest) -> OpenRelay: ...
    def __repr__(self, /) -> str: ...
    @property
    def account(self, /) -> str:
        """
        The account of that call.
        """
    @property
    def call(self, /) -> str:
        """
        The call whose application speaks.
        """
    @property
    def leg(self, /) -> str:
        """
        The caller's line.
        """
    @property
    def relay(self, /) -> str:
        """
        The session.
        """
    @property
    def request(self, /) -> SocketRequest:
        """
        The handshake.
        """

@final
class OpenStream:
    """
    Open the socket of a media stream and send it the audio; tell of it by `StreamEvent`.
    """
    __match_args__: Final[tuple[Literal["stream"], Literal["leg"], Literal["call"], Literal["account"], Literal["request"], Literal["track"], Literal["bidirectional"], Literal["parameters"]]]
    def __eq__(self, value: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __new__(cls, /, stream: str, leg: str, call: str, account: str, request: SocketRequest, track: str, bidirectional: bool, parameters: Sequence[tuple[str, str]]) -> OpenStream: ...
    def __repr__(self, /) -> str: ...
    @property
    def account(self, /) -> str:
        """
        The account of that call.
        """
    @property
    def bidirectional(self, /) -> bool:
        """
        Whether the application's audio is played to the caller.
        """
    @property
    def call(self, /) -> str:
        """
        The call whose application gets the audio.
        """
    @property
    def leg(self, /) -> str:
        """
        The caller's line.
        """
    @property
    def parameters(self, /) -> list[tuple[str, str]]:
        """
        The `customParameters`.
        """
    @property
    def request(self, /) -> SocketRequest:
        """
        The handshake.
        """
    @property
    def stream(self, /) -> str:
        """
        The stream.
        """
    @property
    def track(self, /) -> str:
        """
        `inbound_track` (what the caller says), `outbound_track` (what the caller hears) or `both_tracks`.
        """

@final
class Originate:
    """
    A call that an account places, as the REST API does: exactly one of `url`, `twiml` and `application`.
    """
    __match_args__: Final[tuple[Literal["leg"], Literal["account"], Literal["from_"], Literal["to"], Literal["url"], Literal["method"], Literal["twiml"], Literal["application"], Literal["fallback_url"], Literal["status_callback"], Literal["status_callback_events"], Literal["timeout"], Literal["time_limit"], Literal["send_digits"], Literal["machine_detection"], Literal["asynchronous_detection"], Literal["detection_callback"], Literal["recording"]]]
    def __eq__(self, value: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __new__(cls, /, leg: str, account: str, from_: str, to: str, *, url: str | None = None, method: "str" = "POST", twiml: str | None = None, application: str | None = None, fallback_url: str | None = None, status_callback: str | None = None, status_callback_events: Sequence[str] | None = None, timeout: "int" = 60, time_limit: int | None = None, send_digits: str | None = None, machine_detection: MachineDetection | None = None, asynchronous_detection: "bool" = False, detection_callback: str | None = None, recording: CallRecording | None = None) -> Originate: ...
    def __repr__(self, /) -> str: ...
    @property
    def account(self, /) -> str:
        """
        The account.
        """
    @property
    def application(self, /) -> str | None:
        """
        An application of the account, whose URLs are used.
        """
    @property
    def asynchronous_detection(self, /) -> bool:
        """
        Whether the document is run without waiting for what is found out.
        """
    @property
    def detection_callback(self, /) -> str | None:
        """
        Where it is told who answered when the document does not wait for it, by POST.
        """
    @property
    def fallback_url(self, /) -> str | None:
        """
        What takes over when a document fails, by POST.
        """
    @property
    def from_(self, /) -> str:
        """
        Who calls.
        """
    @property
    def leg(self, /) -> str:
        """
        The name of the line, chosen by whoever owns its media; unique among live legs.
        """
    @property
    def machine_detection(self, /) -> MachineDetection | None:
        """
        How to find out who answers.
        """
    @property
    def method(self, /) -> Literal["GET", "POST"]:
        """
        GET or POST, for `url`.
        """
    @property
    def recording(self, /) -> CallRecording | None:
        """
        How it is recorded; not at all without it.
        """
    @property
    def send_digits(self, /) -> str | None:
        """
        Keys that are played when it is answered: at most 32 of `0-9 A-D # * w W`.
        """
    @property
    def status_callback(self, /) -> str | None:
        """
        Where its progress goes, by POST.
        """
    @property
    def status_callback_events(self, /) -> list[str]:
        """
        Which progress: `initiated`, `ringing`, `answered`, `completed`; only the last one when it is empty.
        """
    @property
    def time_limit(self, /) -> int | None:
        """
        Seconds that it may last once it is answered.
        """
    @property
    def timeout(self, /) -> int:
        """
        Seconds that it may ring, 1 to 600.
        """
    @property
    def to(self, /) -> str:
        """
        Who is called: a phone number, `client:…`, `sip:…` or `whatsapp:…`.
        """
    @property
    def twiml(self, /) -> str | None:
        """
        The document itself, at most 4,000 characters (32018).
        """
    @property
    def url(self, /) -> str | None:
        """
        Where the document is that the call runs when it is answered.
        """

@final
class PaymentDetails:
    """
    What is needed to take money from a card or a bank account; only what was asked for is there. `repr` shows
    none of what the caller keyed in.
    """
    __match_args__: Final[tuple[Literal["card_number"], Literal["card_type"], Literal["expiration_date"], Literal["security_code"], Literal["postal_code"], Literal["bank_routing_number"], Literal["bank_account_number"], Literal["bank_account_type"]]]
    def __eq__(self, value: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __new__(cls, /, card_number: str | None, card_type: str | None, expiration_date: str | None, security_code: str | None, postal_code: str | None, bank_routing_number: str | None, bank_account_number: str | None, bank_account_type: str | None) -> PaymentDetails: ...
    def __repr__(self, /) -> str: ...
    @property
    def bank_account_number(self, /) -> str | None:
        """
        4 to 17 digits.
        """
    @property
    def bank_account_type(self, /) -> str | None:
        """
        For instance `consumer-checking`.
        """
    @property
    def bank_routing_number(self, /) -> str | None:
        """
        Nine digits.
        """
    @property
    def card_number(self, /) -> str | None:
        """
        12 to 19 digits.
        """
    @property
    def card_type(self, /) -> str | None:
        """
        The type by the number, for instance `visa`.
        """
    @property
    def expiration_date(self, /) -> str | None:
        """
        `MMYY`.
        """
    @property
    def postal_code(self, /) -> str | None:
        """
        As keyed in, or as the document gave it.
        """
    @property
    def security_code(self, /) -> str | None:
        """
        Three digits; four of an `amex`.
        """

@final
class PhoneNumber:
    """
    A phone number.
    """
    __match_args__: Final[tuple[Literal["number"], Literal["account"], Literal["voice_url"], Literal["voice_method"], Literal["voice_fallback_url"], Literal["voice_fallback_method"], Literal["status_callback"], Literal["status_callback_method"], Literal["voice_application_sid"], Literal["voice_caller_id_lookup"]]]
    def __eq__(self, value: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __new__(cls, /, number: str, account: str, voice_url: str | None = None, voice_method: "str" = "POST", voice_fallback_url: str | None = None, voice_fallback_method: "str" = "POST", status_callback: str | None = None, status_callback_method: "str" = "POST", voice_application_sid: str | None = None, voice_caller_id_lookup: "bool" = False) -> PhoneNumber: ...
    def __repr__(self, /) -> str: ...
    @property
    def account(self, /) -> str:
        """
        The account that owns it.
        """
    @property
    def number(self, /) -> str:
        """
        The number, as the carrier writes it in `To`: E.164 (`+15550100`), or the digits of a short code.
        """
    @property
    def status_callback(self, /) -> str | None:
        """
        Where the end of a call is told.
        """
    @property
    def status_callback_method(self, /) -> Literal["GET", "POST"]:
        """
        GET or POST.
        """
    @property
    def voice_application_sid(self, /) -> str | None:
        """
        An application of the same account that answers instead; then only its webhooks count.
        """
    @property
    def voice_caller_id_lookup(self, /) -> bool:
        """
        Whether `CallerName` is sent.
        """
    @property
    def voice_fallback_method(self, /) -> Literal["GET", "POST"]:
        """
        GET or POST.
        """
    @property
    def voice_fallback_url(self, /) -> str | None:
        """
        Where a call asks when `voice_url` fails.
        """
    @property
    def voice_method(self, /) -> Literal["GET", "POST"]:
        """
        GET or POST.
        """
    @property
    def voice_url(self, /) -> str | None:
        """
        Where a call asks for its first document.
        """

@final
class Placed:
    """
    The call's document placed a call.
    """
    __match_args__: Final[tuple[Literal["at"], Literal["leg"], Literal["call"], Literal["account"], Literal["child"], Literal["to"]]]
    def __eq__(self, value: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __new__(cls, /, at: int, leg: str, call: str, account: str, child: str, to: str) -> Placed: ...
    def __repr__(self, /) -> str: ...
    @property
    def account(self, /) -> str:
        """
        Whose call it is: the one account that may see this event.
        """
    @property
    def at(self, /) -> int:
        """
        When, in milliseconds since the Unix epoch.
        """
    @property
    def call(self, /) -> str:
        """
        In which call.
        """
    @property
    def child(self, /) -> str:
        """
        The call that was placed.
        """
    @property
    def leg(self, /) -> str:
        """
        On which line.
        """
    @property
    def to(self, /) -> str:
        """
        To whom.
        """
    def to_dict(self, /) -> "dict[str, object]":
        """
        The fields by name, as JSON takes them, and the kind as `event`. Nothing is redacted.
        """

@final
class Play:
    """
    Play audio or tones to the caller: exactly one of `url` and `tones`.
    """
    __match_args__: Final[tuple[Literal["reply"], Literal["leg"], Literal["call"], Literal["url"], Literal["tones"], Literal["rounds"]]]
    def __eq__(self, value: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __new__(cls, /, reply: str, leg: str, call: str, url: str | None, tones: str | None, rounds: int) -> Play: ...
    def __repr__(self, /) -> str: ...
    @property
    def call(self, /) -> str:
        """
        The call whose application plays.
        """
    @property
    def leg(self, /) -> str:
        """
        The caller's line.
        """
    @property
    def reply(self, /) -> str:
        """
        Answer with `MediaDone` when it has been played.
        """
    @property
    def rounds(self, /) -> int:
        """
        How often, 1 to 1,000.
        """
    @property
    def tones(self, /) -> str | None:
        """
        Keypad tones: `0-9 A-D # *`, `w` 0.5 s and `W` 1 s of silence.
        """
    @property
    def url(self, /) -> str | None:
        """
        An audio file at this absolute URL.
        """

@final
class Pressed:
    """
    The caller pressed keys.
    """
    __match_args__: Final[tuple[Literal["at"], Literal["leg"], Literal["call"], Literal["account"], Literal["digits"]]]
    def __eq__(self, value: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __new__(cls, /, at: int, leg: str, call: str, account: str, digits: str) -> Pressed: ...
    def __repr__(self, /) -> str: ...
    @property
    def account(self, /) -> str:
        """
        Whose call it is: the one account that may see this event.
        """
    @property
    def at(self, /) -> int:
        """
        When, in milliseconds since the Unix epoch.
        """
    @property
    def call(self, /) -> str:
        """
        In which call.
        """
    @property
    def digits(self, /) -> str:
        """
        Which.
        """
    @property
    def leg(self, /) -> str:
        """
        On which line.
        """
    def to_dict(self, /) -> "dict[str, object]":
        """
        The fields by name, as JSON takes them, and the kind as `event`. Nothing is redacted.
        """

@final
class Problem:
    """
    Something wrong with a document.
    """
    __match_args__: Final[tuple[Literal["code"], Literal["level"], Literal["message"], Literal["line"], Literal["column"]]]
    def __eq__(self, value: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __new__(cls, /, code: int, level: str, message: str, line: int | None = None, column: int | None = None) -> Problem: ...
    def __repr__(self, /) -> str: ...
    @property
    def code(self, /) -> int:
        """
        Twilio's number for it.
        """
    @property
    def column(self, /) -> int | None:
        """
        Column from 1, in characters.
        """
    @property
    def level(self, /) -> Literal["error", "warning"]:
        """
        How grave it is: after an `error` something that the document asked for does not happen.
        """
    @property
    def line(self, /) -> int | None:
        """
        Line from 1, where the problem has a place in the document.
        """
    @property
    def message(self, /) -> str:
        """
        What is wrong and what to do about it, in one line.
        """

@final
class ProblemRaised:
    """
    Something is wrong that the account should see.
    """
    __match_args__: Final[tuple[Literal["at"], Literal["leg"], Literal["call"], Literal["account"], Literal["code"], Literal["level"], Literal["message"], Literal["url"], Literal["line"], Literal["column"]]]
    def __eq__(self, value: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __new__(cls, /, at: int, leg: str, call: str, account: str, code: int, level: str, message: str, url: str | None, line: int | None, column: int | None) -> ProblemRaised: ...
    def __repr__(self, /) -> str: ...
    @property
    def account(self, /) -> str:
        """
        Whose call it is: the one account that may see this event.
        """
    @property
    def at(self, /) -> int:
        """
        When, in milliseconds since the Unix epoch.
        """
    @property
    def call(self, /) -> str:
        """
        In which call.
        """
    @property
    def code(self, /) -> int:
        """
        Twilio's number for it.
        """
    @property
    def column(self, /) -> int | None:
        """
        Column from 1, in characters.
        """
    @property
    def leg(self, /) -> str:
        """
        On which line.
        """
    @property
    def level(self, /) -> Literal["error", "warning"]:
        """
        How grave it is.
        """
    @property
    def line(self, /) -> int | None:
        """
        Line from 1, where a document has a position for it.
        """
    @property
    def message(self, /) -> str:
        """
        What is wrong and what to do about it, in one line.
        """
    def to_dict(self, /) -> "dict[str, object]":
        """
        The fields by name, as JSON takes them, and the kind as `event`. Nothing is redacted.
        """
    @property
    def url(self, /) -> str | None:
        """
        The document or request concerned, without credentials.
        """

@final
class Progress:
    """
    How far a call that was placed has come. How an answered one ends is told by `HungUp`.
    """
    __match_args__: Final[tuple[Literal["leg"], Literal["state"], Literal["sip"]]]
    def __eq__(self, value: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __new__(cls, /, leg: str, state: str, sip: SipFacts | None = None) -> Progress: ...
    def __repr__(self, /) -> str: ...
    @property
    def leg(self, /) -> str:
        """
        Its line.
        """
    @property
    def sip(self, /) -> SipFacts | None:
        """
        What SIP says of it, for a SIP endpoint.
        """
    @property
    def state(self, /) -> Literal["answered", "busy", "failed", "no-answer", "ringing"]:
        """
        How far.
        """

@final
class Queued:
    """
    The call joined a queue.
    """
    __match_args__: Final[tuple[Literal["at"], Literal["leg"], Literal["call"], Literal["account"], Literal["queue"], Literal["name"], Literal["position"]]]
    def __eq__(self, value: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __new__(cls, /, at: int, leg: str, call: str, account: str, queue: str, name: str, position: int) -> Queued: ...
    def __repr__(self, /) -> str: ...
    @property
    def account(self, /) -> str:
        """
        Whose call it is: the one account that may see this event.
        """
    @property
    def at(self, /) -> int:
        """
        When, in milliseconds since the Unix epoch.
        """
    @property
    def call(self, /) -> str:
        """
        In which call.
        """
    @property
    def leg(self, /) -> str:
        """
        On which line.
        """
    @property
    def name(self, /) -> str:
        """
        What the account calls it.
        """
    @property
    def position(self, /) -> int:
        """
        Its place in it, from 1.
        """
    @property
    def queue(self, /) -> str:
        """
        The queue.
        """
    def to_dict(self, /) -> "dict[str, object]":
        """
        The fields by name, as JSON takes them, and the kind as `event`. Nothing is redacted.
        """

@final
class RecordingTranscribed:
    """
    The answer to a `Transcribe`.
    """
    __match_args__: Final[tuple[Literal["reply"], Literal["text"]]]
    def __eq__(self, value: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __new__(cls, /, reply: str, text: str | None = None) -> RecordingTranscribed: ...
    def __repr__(self, /) -> str: ...
    @property
    def reply(self, /) -> str:
        """
        The `Transcribe` it answers.
        """
    @property
    def text(self, /) -> str | None:
        """
        The words; `None` when the transcription failed.
        """

@final
class Refer:
    """
    Send a SIP REFER to the caller's peer; answer with `ReferProgress`: its response, then what its NOTIFYs say.
    """
    __match_args__: Final[tuple[Literal["reply"], Literal["leg"], Literal["call"], Literal["target"], Literal["headers"]]]
    def __eq__(self, value: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __new__(cls, /, reply: str, leg: str, call: str, target: str, headers: Sequence[tuple[str, str]]) -> Refer: ...
    def __repr__(self, /) -> str: ...
    @property
    def call(self, /) -> str:
        """
        The call whose application asks for it.
        """
    @property
    def headers(self, /) -> list[tuple[str, str]]:
        """
        The headers that go with it, by name.
        """
    @property
    def leg(self, /) -> str:
        """
        The caller's line.
        """
    @property
    def reply(self, /) -> str:
        """
        Where the answers go.
        """
    @property
    def target(self, /) -> str:
        """
        The SIP URI to go to, without its headers.
        """

@final
class ReferProgress:
    """
    What is heard of a `Refer`: exactly one of `response` and `notify`.
    """
    __match_args__: Final[tuple[Literal["reply"], Literal["response"], Literal["notify"]]]
    def __eq__(self, value: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __new__(cls, /, reply: str, *, response: int | None = None, notify: int | None = None) -> ReferProgress: ...
    def __repr__(self, /) -> str: ...
    @property
    def notify(self, /) -> int | None:
        """
        The SIP status code that a NOTIFY carries; provisional until it is 200 or more.
        """
    @property
    def reply(self, /) -> str:
        """
        The `Refer` it answers.
        """
    @property
    def response(self, /) -> int | None:
        """
        The SIP status code of the final response to the REFER.
        """

@final
class Referred:
    """
    A connected party asks to be replaced by somebody else (SIP REFER).
    """
    __match_args__: Final[tuple[Literal["leg"], Literal["target"]]]
    def __eq__(self, value: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __new__(cls, /, leg: str, target: str) -> Referred: ...
    def __repr__(self, /) -> str: ...
    @property
    def leg(self, /) -> str:
        """
        Its line.
        """
    @property
    def target(self, /) -> str:
        """
        The `Refer-To` with its headers; the first 256 characters are told.
        """

@final
class Registry:
    """
    Everything that calls can reach: accounts, applications, numbers, SIP domains and clients. It never changes; a
    change is a new registry (`Engine.set_registry`).
    """
    def __new__(cls, /, accounts: Iterable[Account] | None = None, applications: Iterable[Application] | None = None, numbers: Iterable[PhoneNumber] | None = None, sip_domains: Iterable[SipDomain] | None = None, clients: Iterable[Client] | None = None) -> Registry:
        """
        Checks all records and builds the registry; `RegistryError` names the first that cannot be part of one.
        """
    def admit(self, /, caller_account: str, application_sid: str, hops: "int" = 0, config: Config | None = None) -> Admission:
        """
        Whether `caller_account` may dial the application, on a line that was handed through `hops` of them already.
        """
    def resolve(self, /, address: str) -> Route | None:
        """
        Where a dialled address leads; `None` when nothing in the registry answers to it. It asks for no permission.
        """
    @property
    def warnings(self, /) -> list[str]:
        """
        What works and may still be a mistake, in words.
        """

@final
class RelayEvent:
    """
    Something happened to the socket of a `<ConversationRelay>`.
    """
    __match_args__: Final[tuple[Literal["leg"], Literal["relay"], Literal["event"], Literal["detail"]]]
    def __eq__(self, value: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __new__(cls, /, leg: str, relay: str, event: str, detail: "str" = "") -> RelayEvent: ...
    def __repr__(self, /) -> str: ...
    @property
    def detail(self, /) -> str:
        """
        A sentence for the account; may be empty.
        """
    @property
    def event(self, /) -> Literal["broken", "closed", "discarded", "handshake", "invalid", "malformed", "opened", "overflow", "protocol", "refused", "timeout", "tls", "unknown", "unreachable"]:
        """
        What.
        """
    @property
    def leg(self, /) -> str:
        """
        The caller's line.
        """
    @property
    def relay(self, /) -> str:
        """
        The session.
        """

@final
class RelayMessage:
    """
    The application sent a text frame on the socket of a `<ConversationRelay>`.
    """
    __match_args__: Final[tuple[Literal["leg"], Literal["relay"], Literal["text"]]]
    def __eq__(self, value: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __new__(cls, /, leg: str, relay: str, text: str) -> RelayMessage: ...
    def __repr__(self, /) -> str: ...
    @property
    def leg(self, /) -> str:
        """
        The caller's line.
        """
    @property
    def relay(self, /) -> str:
        """
        The session.
        """
    @property
    def text(self, /) -> str:
        """
        The whole frame, at most 64 KiB of which are read.
        """

@final
class Relayed:
    """
    A text frame of a `<ConversationRelay>`.
    """
    __match_args__: Final[tuple[Literal["at"], Literal["leg"], Literal["call"], Literal["account"], Literal["received"], Literal["text"]]]
    def __eq__(self, value: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __new__(cls, /, at: int, leg: str, call: str, account: str, received: bool, text: str) -> Relayed: ...
    def __repr__(self, /) -> str: ...
    @property
    def account(self, /) -> str:
        """
        Whose call it is: the one account that may see this event.
        """
    @property
    def at(self, /) -> int:
        """
        When, in milliseconds since the Unix epoch.
        """
    @property
    def call(self, /) -> str:
        """
        In which call.
        """
    @property
    def leg(self, /) -> str:
        """
        On which line.
        """
    @property
    def received(self, /) -> bool:
        """
        Whether it came from the application; otherwise we sent it.
        """
    @property
    def text(self, /) -> str:
        """
        The frame.
        """
    def to_dict(self, /) -> "dict[str, object]":
        """
        The fields by name, as JSON takes them, and the kind as `event`. Nothing is redacted.
        """

@final
class Report:
    """
    Record something for the timeline.
    """
    __match_args__: Final[tuple[Literal["event"]]]
    def __eq__(self, value: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __new__(cls, /, event: Began | ConferenceEnded | ConferenceStarted | Connected | Decided | Dequeued | Dialled | Heard | Joined | Left | Placed | Pressed | ProblemRaised | Relayed | Queued | Requested | Responded | Returned | Said | ServiceChanged | Settled | StatusChanged | VerbBegan) -> Report: ...
    def __repr__(self, /) -> str: ...
    @property
    def event(self, /) -> Began | ConferenceEnded | ConferenceStarted | Connected | Decided | Dequeued | Dialled | Heard | Joined | Left | Placed | Pressed | ProblemRaised | Relayed | Queued | Requested | Responded | Returned | Said | ServiceChanged | Settled | StatusChanged | VerbBegan:
        """
        What happened.
        """

@final
class Request:
    """
    A webhook request, whole and signed: write `head` and then `body`. Made by the engine only.
    """
    def __eq__(self, value: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __repr__(self, /) -> str: ...
    @property
    def account(self, /) -> str:
        """
        The account that owns the webhook; connections are not shared between accounts.
        """
    @property
    def body(self, /) -> bytes:
        """
        The body; empty for GET.
        """
    @property
    def connect_timeout(self, /) -> float:
        """
        Time for the connection and the TLS handshake, in seconds.
        """
    @property
    def head(self, /) -> bytes:
        """
        Request line, header fields and the blank line, ready for the wire.
        """
    @property
    def headers(self, /) -> list[tuple[str, str]]:
        """
        The header fields in the order sent.
        """
    @property
    def host(self, /) -> str:
        """
        The host in lower case; an IPv6 address without brackets.
        """
    @property
    def method(self, /) -> str:
        """
        `GET` or `POST`.
        """
    @property
    def port(self, /) -> int:
        """
        The port, the scheme's own where the URL has none.
        """
    @property
    def read_timeout(self, /) -> float:
        """
        Time to the first byte of the answer and between two reads, in seconds.
        """
    @property
    def scheme(self, /) -> str:
        """
        `http` or `https`.
        """
    @property
    def target(self, /) -> str:
        """
        Path and query, as the request line has them.
        """
    @property
    def total_timeout(self, /) -> float:
        """
        Time for the whole exchange, in seconds.
        """
    @property
    def url(self, /) -> str:
        """
        The absolute URL, without a fragment. It may hold credentials: they are in `headers` already.
        """
    @property
    def wire(self, /) -> bytes:
        """
        Head and body together, ready for the wire.
        """

@final
class Requested:
    """
    A webhook was requested.
    """
    __match_args__: Final[tuple[Literal["at"], Literal["leg"], Literal["call"], Literal["account"], Literal["reply"], Literal["purpose"], Literal["method"], Literal["url"], Literal["form"]]]
    def __eq__(self, value: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __new__(cls, /, at: int, leg: str, call: str, account: str, reply: str, purpose: str, method: str, url: str, form: Sequence[tuple[str, str]]) -> Requested: ...
    def __repr__(self, /) -> str: ...
    @property
    def account(self, /) -> str:
        """
        Whose call it is: the one account that may see this event.
        """
    @property
    def at(self, /) -> int:
        """
        When, in milliseconds since the Unix epoch.
        """
    @property
    def call(self, /) -> str:
        """
        In which call.
        """
    @property
    def form(self, /) -> list[tuple[str, str]]:
        """
        What was sent, in order.
        """
    @property
    def leg(self, /) -> str:
        """
        On which line.
        """
    @property
    def method(self, /) -> Literal["GET", "POST"]:
        """
        GET or POST.
        """
    @property
    def purpose(self, /) -> Literal["action", "conference-status", "fallback", "machine-detection", "message-status", "partial-result", "payment-status", "recording-status", "redirect", "refer", "screening", "siprec-status", "status-callback", "stream-status", "transcription", "transcription-event", "update", "voice", "wait"]:
        """
        Why.
        """
    @property
    def reply(self, /) -> str:
        """
        The step.
        """
    def to_dict(self, /) -> "dict[str, object]":
        """
        The fields by name, as JSON takes them, and the kind as `event`. Nothing is redacted.
        """
    @property
    def url(self, /) -> str:
        """
        Where, without credentials.
        """

@final
class Responded:
    """
    A webhook answered, or failed.
    """
    __match_args__: Final[tuple[Literal["at"], Literal["leg"], Literal["call"], Literal["account"], Literal["reply"], Literal["status"], Literal["failure"]]]
    def __eq__(self, value: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __new__(cls, /, at: int, leg: str, call: str, account: str, reply: str, status: int | None, failure: str | None) -> Responded: ...
    def __repr__(self, /) -> str: ...
    @property
    def account(self, /) -> str:
        """
        Whose call it is: the one account that may see this event.
        """
    @property
    def at(self, /) -> int:
        """
        When, in milliseconds since the Unix epoch.
        """
    @property
    def call(self, /) -> str:
        """
        In which call.
        """
    @property
    def failure(self, /) -> str | None:
        """
        The reason, if there was none.
        """
    @property
    def leg(self, /) -> str:
        """
        On which line.
        """
    @property
    def reply(self, /) -> str:
        """
        The step.
        """
    @property
    def status(self, /) -> int | None:
        """
        The HTTP status, if there was an answer.
        """
    def to_dict(self, /) -> "dict[str, object]":
        """
        The fields by name, as JSON takes them, and the kind as `event`. Nothing is redacted.
        """

@final
class Returned:
    """
    A dialled application gave the call back.
    """
    __match_args__: Final[tuple[Literal["at"], Literal["leg"], Literal["call"], Literal["account"], Literal["child"], Literal["status"], Literal["bridged"], Literal["seconds"], Literal["parameters"]]]
    def __eq__(self, value: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __new__(cls, /, at: int, leg: str, call: str, account: str, child: str, status: str, bridged: bool, seconds: int | None, parameters: Sequence[tuple[str, str]]) -> Returned: ...
    def __repr__(self, /) -> str: ...
    @property
    def account(self, /) -> str:
        """
        Whose call it is: the one account that may see this event.
        """
    @property
    def at(self, /) -> int:
        """
        When, in milliseconds since the Unix epoch.
        """
    @property
    def bridged(self, /) -> bool:
        """
        Whether the caller was connected.
        """
    @property
    def call(self, /) -> str:
        """
        In which call.
        """
    @property
    def child(self, /) -> str:
        """
        The dialling side's view of the hop.
        """
    @property
    def leg(self, /) -> str:
        """
        On which line.
        """
    @property
    def parameters(self, /) -> list[tuple[str, str]]:
        """
        The return values, without their prefix.
        """
    @property
    def seconds(self, /) -> int | None:
        """
        Seconds since the answer, if there was one.
        """
    @property
    def status(self, /) -> Literal["queued", "initiated", "ringing", "in-progress", "completed", "busy", "no-answer", "failed", "canceled"]:
        """
        What is sent as `DialCallStatus`.
        """
    def to_dict(self, /) -> "dict[str, object]":
        """
        The fields by name, as JSON takes them, and the kind as `event`. Nothing is redacted.
        """

@final
class Ringback:
    """
    Let the caller hear ringing, or stop it.
    """
    __match_args__: Final[tuple[Literal["leg"], Literal["on"], Literal["tone"]]]
    def __eq__(self, value: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __new__(cls, /, leg: str, on: bool, tone: str | None) -> Ringback: ...
    def __repr__(self, /) -> str: ...
    @property
    def leg(self, /) -> str:
        """
        The caller's line.
        """
    @property
    def on(self, /) -> bool:
        """
        Start or stop.
        """
    @property
    def tone(self, /) -> str | None:
        """
        The country whose tone it is; none for the carrier's own.
        """

@final
class Route:
    """
    Where a dialled address leads.
    """
    __match_args__: Final[tuple[Literal["account"], Literal["status"], Literal["application"], Literal["voice_url"], Literal["voice_method"], Literal["voice_fallback_url"], Literal["voice_fallback_method"], Literal["status_callback"], Literal["status_callback_method"], Literal["voice_caller_id_lookup"]]]
    def __eq__(self, value: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __new__(cls, /, account: str, status: str, application: str | None, voice_url: str | None, voice_method: str | None, voice_fallback_url: str | None, voice_fallback_method: str | None, status_callback: str | None, status_callback_method: str | None, voice_caller_id_lookup: bool) -> Route: ...
    def __repr__(self, /) -> str: ...
    @property
    def account(self, /) -> str:
        """
        The account that a call to it belongs to.
        """
    @property
    def application(self, /) -> str | None:
        """
        The application that answers, unless the number, domain or client has webhooks of its own.
        """
    @property
    def status(self, /) -> Literal["active", "suspended", "closed"]:
        """
        The status that counts for that account: its own or its parent's, whichever allows less.
        """
    @property
    def status_callback(self, /) -> str | None:
        """
        Where the end of the call is told.
        """
    @property
    def status_callback_method(self, /) -> Literal["GET", "POST"] | None:
        """
        GET or POST.
        """
    @property
    def voice_caller_id_lookup(self, /) -> bool:
        """
        Whether `CallerName` is sent.
        """
    @property
    def voice_fallback_method(self, /) -> Literal["GET", "POST"] | None:
        """
        GET or POST.
        """
    @property
    def voice_fallback_url(self, /) -> str | None:
        """
        Where the call asks when `voice_url` fails.
        """
    @property
    def voice_method(self, /) -> Literal["GET", "POST"] | None:
        """
        GET or POST.
        """
    @property
    def voice_url(self, /) -> str | None:
        """
        Where the call asks for its first document.
        """

@final
class Said:
    """
    The caller spoke.
    """
    __match_args__: Final[tuple[Literal["at"], Literal["leg"], Literal["call"], Literal["account"], Literal["text"], Literal["confidence"]]]
    def __eq__(self, value: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __new__(cls, /, at: int, leg: str, call: str, account: str, text: str, confidence: float | None) -> Said: ...
    def __repr__(self, /) -> str: ...
    @property
    def account(self, /) -> str:
        """
        Whose call it is: the one account that may see this event.
        """
    @property
    def at(self, /) -> int:
        """
        When, in milliseconds since the Unix epoch.
        """
    @property
    def call(self, /) -> str:
        """
        In which call.
        """
    @property
    def confidence(self, /) -> float | None:
        """
        How sure the recogniser is, 0.0 to 1.0.
        """
    @property
    def leg(self, /) -> str:
        """
        On which line.
        """
    @property
    def text(self, /) -> str:
        """
        The words.
        """
    def to_dict(self, /) -> "dict[str, object]":
        """
        The fields by name, as JSON takes them, and the kind as `event`. Nothing is redacted.
        """

@final
class Say:
    """
    Speak to the caller.
    """
    __match_args__: Final[tuple[Literal["reply"], Literal["leg"], Literal["call"], Literal["text"], Literal["ssml"], Literal["breaks_ms"], Literal["voice"], Literal["language"], Literal["rounds"]]]
    def __eq__(self, value: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __new__(cls, /, reply: str, leg: str, call: str, text: str, ssml: str | None, breaks_ms: int, voice: str, language: str, rounds: int) -> Say: ...
    def __repr__(self, /) -> str: ...
    @property
    def breaks_ms(self, /) -> int:
        """
        Pauses that SSML breaks add, in milliseconds a round.
        """
    @property
    def call(self, /) -> str:
        """
        The call whose application speaks.
        """
    @property
    def language(self, /) -> str:
        """
        A BCP-47 language.
        """
    @property
    def leg(self, /) -> str:
        """
        The caller's line.
        """
    @property
    def reply(self, /) -> str:
        """
        Answer with `MediaDone` when it has been spoken.
        """
    @property
    def rounds(self, /) -> int:
        """
        How often, 1 to 1,000.
        """
    @property
    def ssml(self, /) -> str | None:
        """
        The inner SSML, when the document has any.
        """
    @property
    def text(self, /) -> str:
        """
        The words, white space collapsed.
        """
    @property
    def voice(self, /) -> str:
        """
        The voice.
        """

@final
class SendDtmf:
    """
    Tell the application of a bidirectional stream which keys the caller pressed.
    """
    __match_args__: Final[tuple[Literal["stream"], Literal["leg"], Literal["digits"]]]
    def __eq__(self, value: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __new__(cls, /, stream: str, leg: str, digits: str) -> SendDtmf: ...
    def __repr__(self, /) -> str: ...
    @property
    def digits(self, /) -> str:
        """
        One or more of `0-9 * # A-D`.
        """
    @property
    def leg(self, /) -> str:
        """
        The caller's line.
        """
    @property
    def stream(self, /) -> str:
        """
        The stream.
        """

@final
class SendMessage:
    """
    Send a text message; answer with `MessageStatus` when it was sent, or could not be.
    """
    __match_args__: Final[tuple[Literal["reply"], Literal["call"], Literal["account"], Literal["message"], Literal["from_"], Literal["to"], Literal["body"]]]
    def __eq__(self, value: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __new__(cls, /, reply: str, call: str, account: str, message: str, from_: str, to: str, body: str) -> SendMessage: ...
    def __repr__(self, /) -> str: ...
    @property
    def account(self, /) -> str:
        """
        The account that sends it.
        """
    @property
    def body(self, /) -> str:
        """
        The text, 1 to 1,600 characters.
        """
    @property
    def call(self, /) -> str:
        """
        The call whose application sends it.
        """
    @property
    def from_(self, /) -> str:
        """
        The number it comes from.
        """
    @property
    def message(self, /) -> str:
        """
        The message.
        """
    @property
    def reply(self, /) -> str:
        """
        Where the answer goes.
        """
    @property
    def to(self, /) -> str:
        """
        The number it goes to.
        """

@final
class SendRelay:
    """
    Send a text frame on the socket of a `<ConversationRelay>`.
    """
    __match_args__: Final[tuple[Literal["relay"], Literal["leg"], Literal["text"]]]
    def __eq__(self, value: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __new__(cls, /, relay: str, leg: str, text: str) -> SendRelay: ...
    def __repr__(self, /) -> str: ...
    @property
    def leg(self, /) -> str:
        """
        The caller's line.
        """
    @property
    def relay(self, /) -> str:
        """
        The session.
        """
    @property
    def text(self, /) -> str:
        """
        The whole frame, JSON.
        """

@final
class ServiceChanged:
    """
    A stream, transcription or the like started, stopped or failed.
    """
    __match_args__: Final[tuple[Literal["at"], Literal["leg"], Literal["call"], Literal["account"], Literal["service"], Literal["name"], Literal["state"]]]
    def __eq__(self, value: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __new__(cls, /, at: int, leg: str, call: str, account: str, service: str, name: str, state: str) -> ServiceChanged: ...
    def __repr__(self, /) -> str: ...
    @property
    def account(self, /) -> str:
        """
        Whose call it is: the one account that may see this event.
        """
    @property
    def at(self, /) -> int:
        """
        When, in milliseconds since the Unix epoch.
        """
    @property
    def call(self, /) -> str:
        """
        In which call.
        """
    @property
    def leg(self, /) -> str:
        """
        On which line.
        """
    @property
    def name(self, /) -> str:
        """
        Its name in the document, or its SID.
        """
    @property
    def service(self, /) -> Literal["ConversationRelay", "Recording", "Siprec", "Stream", "Transcription", "VirtualAgent"]:
        """
        The noun that asked for it.
        """
    @property
    def state(self, /) -> Literal["failed", "started", "stopped"]:
        """
        What became of it.
        """
    def to_dict(self, /) -> "dict[str, object]":
        """
        The fields by name, as JSON takes them, and the kind as `event`. Nothing is redacted.
        """

@final
class Settle:
    """
    Bill an ended call.
    """
    __match_args__: Final[tuple[Literal["settlement"]]]
    def __eq__(self, value: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __new__(cls, /, settlement: Settlement) -> Settle: ...
    def __repr__(self, /) -> str: ...
    @property
    def settlement(self, /) -> Settlement:
        """
        What it costs, and why.
        """

@final
class Settled:
    """
    A call was billed.
    """
    __match_args__: Final[tuple[Literal["at"], Literal["leg"], Literal["call"], Literal["account"], Literal["settlement"]]]
    def __eq__(self, value: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __new__(cls, /, at: int, leg: str, call: str, account: str, settlement: Settlement) -> Settled: ...
    def __repr__(self, /) -> str: ...
    @property
    def account(self, /) -> str:
        """
        Whose call it is: the one account that may see this event.
        """
    @property
    def at(self, /) -> int:
        """
        When, in milliseconds since the Unix epoch.
        """
    @property
    def call(self, /) -> str:
        """
        In which call.
        """
    @property
    def leg(self, /) -> str:
        """
        On which line.
        """
    @property
    def settlement(self, /) -> Settlement:
        """
        What it costs, and why.
        """
    def to_dict(self, /) -> "dict[str, object]":
        """
        The fields by name, as JSON takes them, and the kind as `event`. Nothing is redacted.
        """

@final
class Settlement:
    """
    The rated record of an ended call (the CDR). Every call gets exactly one.
    """
    __match_args__: Final[tuple[Literal["call"], Literal["account"], Literal["parent_call"], Literal["direction"], Literal["from_"], Literal["to"], Literal["application"], Literal["status"], Literal["started"], Literal["answered"], Literal["ended"], Literal["seconds"], Literal["rate"], Literal["amount"], Literal["leg"]]]
    def __eq__(self, value: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __new__(cls, /, call: str, account: str, parent_call: str | None, direction: str, from_: str, to: str, application: str | None, status: str, started: int, answered: int | None, ended: int, seconds: int, rate: int, amount: int, leg: str) -> Settlement: ...
    def __repr__(self, /) -> str: ...
    @property
    def account(self, /) -> str:
        """
        The account that is charged.
        """
    @property
    def amount(self, /) -> int:
        """
        What is charged, in micro-dollars.
        """
    @property
    def answered(self, /) -> int | None:
        """
        When it was answered, if it was, in milliseconds since the Unix epoch.
        """
    @property
    def application(self, /) -> str | None:
        """
        The application that the call belongs to.
        """
    @property
    def call(self, /) -> str:
        """
        The call.
        """
    @property
    def direction(self, /) -> str:
        """
        The value of `Direction` in a webhook.
        """
    @property
    def ended(self, /) -> int:
        """
        When it ended, in milliseconds since the Unix epoch.
        """
    @property
    def from_(self, /) -> str:
        """
        Who called.
        """
    @property
    def leg(self, /) -> Literal["inbound", "outbound", "application-hop", "application-connect"]:
        """
        What kind of call was rated.
        """
    @property
    def parent_call(self, /) -> str | None:
        """
        The call of the same account whose document dialled this one.
        """
    @property
    def price(self, /) -> str | None:
        """
        The `price` of a Call resource: a negative decimal such as `-0.00250`; `None` when nothing is charged.
        """
    @property
    def rate(self, /) -> int:
        """
        The price of a started minute, in micro-dollars.
        """
    @property
    def seconds(self, /) -> int:
        """
        Whole seconds from answer to end; 0 when it was never answered.
        """
    @property
    def started(self, /) -> int:
        """
        When the call began, in milliseconds since the Unix epoch.
        """
    @property
    def status(self, /) -> str:
        """
        The terminal value of `CallStatus`.
        """
    @property
    def to(self, /) -> str:
        """
        Who was called.
        """
    def to_dict(self, /) -> "dict[str, object]":
        """
        The fields by name, as JSON takes them. Nothing is redacted.
        """

@final
class SipDomain:
    """
    A SIP domain. Every user of it is answered alike.
    """
    __match_args__: Final[tuple[Literal["domain"], Literal["account"], Literal["voice_url"], Literal["voice_method"], Literal["voice_fallback_url"], Literal["voice_fallback_method"], Literal["status_callback"], Literal["status_callback_method"], Literal["voice_application_sid"]]]
    def __eq__(self, value: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __new__(cls, /, domain: str, account: str, voice_url: str | None = None, voice_method: "str" = "POST", voice_fallback_url: str | None = None, voice_fallback_method: "str" = "POST", status_callback: str | None = None, status_callback_method: "str" = "POST", voice_application_sid: str | None = None) -> SipDomain: ...
    def __repr__(self, /) -> str: ...
    @property
    def account(self, /) -> str:
        """
        The account that owns it.
        """
    @property
    def domain(self, /) -> str:
        """
        The host name, in any case, without user and port.
        """
    @property
    def status_callback(self, /) -> str | None:
        """
        Where the end of a call is told.
        """
    @property
    def status_callback_method(self, /) -> Literal["GET", "POST"]:
        """
        GET or POST.
        """
    @property
    def voice_application_sid(self, /) -> str | None:
        """
        An application of the same account that answers instead; then only its webhooks count.
        """
    @property
    def voice_fallback_method(self, /) -> Literal["GET", "POST"]:
        """
        GET or POST.
        """
    @property
    def voice_fallback_url(self, /) -> str | None:
        """
        Where a call asks when `voice_url` fails.
        """
    @property
    def voice_method(self, /) -> Literal["GET", "POST"]:
        """
        GET or POST.
        """
    @property
    def voice_url(self, /) -> str | None:
        """
        Where a call asks for its first document.
        """

@final
class SipFacts:
    """
    What SIP says of a call that was placed.
    """
    __match_args__: Final[tuple[Literal["call_id"], Literal["response"], Literal["headers"]]]
    def __eq__(self, value: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __new__(cls, /, call_id: str | None = None, response: int | None = None, headers: Sequence[tuple[str, str]] | None = None) -> SipFacts: ...
    def __repr__(self, /) -> str: ...
    @property
    def call_id(self, /) -> str | None:
        """
        The `Call-ID`.
        """
    @property
    def headers(self, /) -> list[tuple[str, str]]:
        """
        The `X-` headers of that response, as they came.
        """
    @property
    def response(self, /) -> int | None:
        """
        The last final response, 200 to 699.
        """

@final
class SiprecEvent:
    """
    Something happened between us and a SIP recorder.
    """
    __match_args__: Final[tuple[Literal["leg"], Literal["siprec"], Literal["event"], Literal["detail"]]]
    def __eq__(self, value: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __new__(cls, /, leg: str, siprec: str, event: str, detail: "str" = "") -> SiprecEvent: ...
    def __repr__(self, /) -> str: ...
    @property
    def detail(self, /) -> str:
        """
        A sentence for the account; may be empty.
        """
    @property
    def event(self, /) -> Literal["broken", "closed", "discarded", "handshake", "invalid", "malformed", "opened", "overflow", "protocol", "refused", "timeout", "tls", "unknown", "unreachable"]:
        """
        What, in the words of sockets.
        """
    @property
    def leg(self, /) -> str:
        """
        The caller's line.
        """
    @property
    def siprec(self, /) -> str:
        """
        The fork.
        """

@final
class SocketRequest:
    """
    The handshake of a WebSocket.
    """
    __match_args__: Final[tuple[Literal["url"], Literal["host"], Literal["port"], Literal["target"], Literal["headers"], Literal["connect_ms"]]]
    def __eq__(self, value: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __new__(cls, /, url: str, host: str, port: int, target: str, headers: Sequence[tuple[str, str]], connect_ms: int) -> SocketRequest: ...
    def __repr__(self, /) -> str: ...
    @property
    def connect_ms(self, /) -> int:
        """
        Milliseconds for name resolution, connection, TLS and handshake together.
        """
    @property
    def headers(self, /) -> list[tuple[str, str]]:
        """
        The header fields beyond those of every handshake: `x-twilio-signature`.
        """
    @property
    def host(self, /) -> str:
        """
        The host, in lower case, an IPv6 address without brackets.
        """
    @property
    def port(self, /) -> int:
        """
        The port, also when the URL leaves it out.
        """
    @property
    def target(self, /) -> str:
        """
        Path and query as they stand on the request line.
        """
    @property
    def url(self, /) -> str:
        """
        The `wss` URL.
        """

@final
class Speaking:
    """
    Somebody in a conference begins to speak, or stops.
    """
    __match_args__: Final[tuple[Literal["leg"], Literal["started"]]]
    def __eq__(self, value: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __new__(cls, /, leg: str, started: bool) -> Speaking: ...
    def __repr__(self, /) -> str: ...
    @property
    def leg(self, /) -> str:
        """
        The line.
        """
    @property
    def started(self, /) -> bool:
        """
        Begins, or stops.
        """

@final
class Speech:
    """
    What the recogniser heard.
    """
    __match_args__: Final[tuple[Literal["leg"], Literal["text"], Literal["confidence"], Literal["is_final"]]]
    def __eq__(self, value: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __new__(cls, /, leg: str, text: str, confidence: float | None = None, is_final: "bool" = True) -> Speech: ...
    def __repr__(self, /) -> str: ...
    @property
    def confidence(self, /) -> float | None:
        """
        How sure the recogniser is, 0.0 to 1.0.
        """
    @property
    def is_final(self, /) -> bool:
        """
        False for a partial result: the caller still speaks.
        """
    @property
    def leg(self, /) -> str:
        """
        The caller's line.
        """
    @property
    def text(self, /) -> str:
        """
        The words.
        """

@final
class SpeechOptions:
    """
    What a recogniser needs to know.
    """
    __match_args__: Final[tuple[Literal["language"], Literal["hints"], Literal["model"], Literal["profanity_filter"], Literal["speech_timeout"], Literal["partial_results"]]]
    def __eq__(self, value: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __new__(cls, /, language: str, hints: str, model: str, profanity_filter: bool, speech_timeout: int | None, partial_results: bool) -> SpeechOptions: ...
    def __repr__(self, /) -> str: ...
    @property
    def hints(self, /) -> str:
        """
        Phrases to expect.
        """
    @property
    def language(self, /) -> str:
        """
        A BCP-47 language.
        """
    @property
    def model(self, /) -> str:
        """
        The recogniser's model.
        """
    @property
    def partial_results(self, /) -> bool:
        """
        Whether partial results are wanted.
        """
    @property
    def profanity_filter(self, /) -> bool:
        """
        Whether to mask profanities.
        """
    @property
    def speech_timeout(self, /) -> int | None:
        """
        Silence after speech that ends it, in seconds; none for the first pause.
        """

@final
class StartAgent:
    """
    Hand the caller to a virtual agent of another vendor; answer with `AgentDone`.
    """
    __match_args__: Final[tuple[Literal["reply"], Literal["leg"], Literal["call"], Literal["connector"], Literal["language"], Literal["sentiment_analysis"], Literal["settings"], Literal["parameters"]]]
    def __eq__(self, value: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __new__(cls, /, reply: str, leg: str, call: str, connector: str, language: str | None, sentiment_analysis: bool, settings: Sequence[tuple[str, str]], parameters: Sequence[tuple[str, str]]) -> StartAgent: ...
    def __repr__(self, /) -> str: ...
    @property
    def call(self, /) -> str:
        """
        The call that is handed over.
        """
    @property
    def connector(self, /) -> str:
        """
        The agent, by the name under which the account has it.
        """
    @property
    def language(self, /) -> str | None:
        """
        A BCP-47 language; none for the agent's own.
        """
    @property
    def leg(self, /) -> str:
        """
        The caller's line.
        """
    @property
    def parameters(self, /) -> list[tuple[str, str]]:
        """
        The `<Parameter>`s: what the agent is told.
        """
    @property
    def reply(self, /) -> str:
        """
        Answer with `AgentDone` when the agent is through.
        """
    @property
    def sentiment_analysis(self, /) -> bool:
        """
        Whether the agent judges the caller's mood.
        """
    @property
    def settings(self, /) -> list[tuple[str, str]]:
        """
        The `<Config>`s: settings of the agent.
        """

@final
class StartConferenceRecording:
    """
    Start to record all of a conference on one channel.
    """
    __match_args__: Final[tuple[Literal["conference"], Literal["account"], Literal["recording"], Literal["trim"]]]
    def __eq__(self, value: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __new__(cls, /, conference: str, account: str, recording: str, trim: bool) -> StartConferenceRecording: ...
    def __repr__(self, /) -> str: ...
    @property
    def account(self, /) -> str:
        """
        The account that owns the recording.
        """
    @property
    def conference(self, /) -> str:
        """
        The conference.
        """
    @property
    def recording(self, /) -> str:
        """
        The recording.
        """
    @property
    def trim(self, /) -> bool:
        """
        Whether silence at both ends is cut off.
        """

@final
class StartRecording:
    """
    Start recording the caller.
    """
    __match_args__: Final[tuple[Literal["reply"], Literal["leg"], Literal["call"], Literal["recording"], Literal["beep"], Literal["silence_timeout"], Literal["trim"], Literal["dual"], Literal["track"]]]
    def __eq__(self, value: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __new__(cls, /, reply: str, leg: str, call: str, recording: str, beep: bool, silence_timeout: int | None, trim: bool, dual: bool, track: str) -> StartRecording: ...
    def __repr__(self, /) -> str: ...
    @property
    def beep(self, /) -> bool:
        """
        Whether a beep comes first.
        """
    @property
    def call(self, /) -> str:
        """
        The call that owns the recording.
        """
    @property
    def dual(self, /) -> bool:
        """
        One channel a party instead of one for both; only when both are recorded.
        """
    @property
    def leg(self, /) -> str:
        """
        The caller's line.
        """
    @property
    def recording(self, /) -> str:
        """
        The recording.
        """
    @property
    def reply(self, /) -> str:
        """
        Answer with `MediaDone` when silence ended it; as `"silent"` where nothing was heard before.
        """
    @property
    def silence_timeout(self, /) -> int | None:
        """
        Silence that ends the recording, in seconds; none for never.
        """
    @property
    def track(self, /) -> str:
        """
        Who is recorded: `inbound` (the caller), `outbound` (whom the caller hears) or `both`.
        """
    @property
    def trim(self, /) -> bool:
        """
        Whether silence at both ends is cut off.
        """

@final
class StartSiprec:
    """
    Send the audio to a SIP recorder; tell of it by `SiprecEvent`.
    """
    __match_args__: Final[tuple[Literal["siprec"], Literal["leg"], Literal["call"], Literal["connector"], Literal["track"], Literal["parameters"]]]
    def __eq__(self, value: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __new__(cls, /, siprec: str, leg: str, call: str, connector: str, track: str, parameters: Sequence[tuple[str, str]]) -> StartSiprec: ...
    def __repr__(self, /) -> str: ...
    @property
    def call(self, /) -> str:
        """
        The call that is recorded.
        """
    @property
    def connector(self, /) -> str:
        """
        The recorder, by the name under which the account has it.
        """
    @property
    def leg(self, /) -> str:
        """
        The caller's line.
        """
    @property
    def parameters(self, /) -> list[tuple[str, str]]:
        """
        What the recorder is told.
        """
    @property
    def siprec(self, /) -> str:
        """
        The fork.
        """
    @property
    def track(self, /) -> str:
        """
        `inbound_track`, `outbound_track` or `both_tracks`.
        """

@final
class StartTranscription:
    """
    Write down what is said; tell of it by `Transcribed`.
    """
    __match_args__: Final[tuple[Literal["transcription"], Literal["leg"], Literal["call"], Literal["track"], Literal["language"], Literal["engine"], Literal["model"], Literal["hints"], Literal["profanity_filter"], Literal["punctuation"], Literal["partial_results"]]]
    def __eq__(self, value: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __new__(cls, /, transcription: str, leg: str, call: str, track: str, language: str, engine: str, model: str, hints: str, profanity_filter: bool, punctuation: bool, partial_results: bool) -> StartTranscription: ...
    def __repr__(self, /) -> str: ...
    @property
    def call(self, /) -> str:
        """
        The call whose words are written down.
        """
    @property
    def engine(self, /) -> str:
        """
        `google` or `deepgram`.
        """
    @property
    def hints(self, /) -> str:
        """
        Phrases to expect.
        """
    @property
    def language(self, /) -> str:
        """
        A BCP-47 language.
        """
    @property
    def leg(self, /) -> str:
        """
        The caller's line.
        """
    @property
    def model(self, /) -> str:
        """
        The recogniser's model.
        """
    @property
    def partial_results(self, /) -> bool:
        """
        Whether partial results are wanted.
        """
    @property
    def profanity_filter(self, /) -> bool:
        """
        Whether to mask profanities.
        """
    @property
    def punctuation(self, /) -> bool:
        """
        Whether to punctuate.
        """
    @property
    def track(self, /) -> str:
        """
        `inbound_track` (the caller), `outbound_track` (whom the caller hears) or `both_tracks`.
        """
    @property
    def transcription(self, /) -> str:
        """
        The transcription.
        """

@final
class StatusChanged:
    """
    A call's status changed.
    """
    __match_args__: Final[tuple[Literal["at"], Literal["leg"], Literal["call"], Literal["account"], Literal["status"]]]
    def __eq__(self, value: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __new__(cls, /, at: int, leg: str, call: str, account: str, status: str) -> StatusChanged: ...
    def __repr__(self, /) -> str: ...
    @property
    def account(self, /) -> str:
        """
        Whose call it is: the one account that may see this event.
        """
    @property
    def at(self, /) -> int:
        """
        When, in milliseconds since the Unix epoch.
        """
    @property
    def call(self, /) -> str:
        """
        In which call.
        """
    @property
    def leg(self, /) -> str:
        """
        On which line.
        """
    @property
    def status(self, /) -> Literal["queued", "initiated", "ringing", "in-progress", "completed", "busy", "no-answer", "failed", "canceled"]:
        """
        To what.
        """
    def to_dict(self, /) -> "dict[str, object]":
        """
        The fields by name, as JSON takes them, and the kind as `event`. Nothing is redacted.
        """

@final
class StopAgent:
    """
    Take the caller back from a virtual agent; no `AgentDone` is wanted for it.
    """
    __match_args__: Final[tuple[Literal["reply"], Literal["leg"]]]
    def __eq__(self, value: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __new__(cls, /, reply: str, leg: str) -> StopAgent: ...
    def __repr__(self, /) -> str: ...
    @property
    def leg(self, /) -> str:
        """
        The caller's line.
        """
    @property
    def reply(self, /) -> str:
        """
        The `StartAgent` that is over.
        """

@final
class StopCollect:
    """
    Stop listening for speech.
    """
    __match_args__: Final[tuple[Literal["leg"]]]
    def __eq__(self, value: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __new__(cls, /, leg: str) -> StopCollect: ...
    def __repr__(self, /) -> str: ...
    @property
    def leg(self, /) -> str:
        """
        The caller's line.
        """

@final
class StopConferenceRecording:
    """
    Stop recording a conference.
    """
    __match_args__: Final[tuple[Literal["conference"], Literal["recording"]]]
    def __eq__(self, value: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __new__(cls, /, conference: str, recording: str) -> StopConferenceRecording: ...
    def __repr__(self, /) -> str: ...
    @property
    def conference(self, /) -> str:
        """
        The conference.
        """
    @property
    def recording(self, /) -> str:
        """
        The recording.
        """

@final
class StopMedia:
    """
    Stop what is being spoken or played; no `MediaDone` is wanted for it.
    """
    __match_args__: Final[tuple[Literal["leg"]]]
    def __eq__(self, value: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __new__(cls, /, leg: str) -> StopMedia: ...
    def __repr__(self, /) -> str: ...
    @property
    def leg(self, /) -> str:
        """
        The caller's line.
        """

@final
class StopRecording:
    """
    Stop recording; no `MediaDone` is wanted for it.
    """
    __match_args__: Final[tuple[Literal["leg"], Literal["recording"]]]
    def __eq__(self, value: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __new__(cls, /, leg: str, recording: str) -> StopRecording: ...
    def __repr__(self, /) -> str: ...
    @property
    def leg(self, /) -> str:
        """
        The caller's line.
        """
    @property
    def recording(self, /) -> str:
        """
        The recording.
        """

@final
class StopSiprec:
    """
    Stop sending audio to a SIP recorder.
    """
    __match_args__: Final[tuple[Literal["siprec"], Literal["leg"]]]
    def __eq__(self, value: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __new__(cls, /, siprec: str, leg: str) -> StopSiprec: ...
    def __repr__(self, /) -> str: ...
    @property
    def leg(self, /) -> str:
        """
        The caller's line.
        """
    @property
    def siprec(self, /) -> str:
        """
        The fork.
        """

@final
class StopTranscription:
    """
    Stop a transcription.
    """
    __match_args__: Final[tuple[Literal["transcription"], Literal["leg"]]]
    def __eq__(self, value: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __new__(cls, /, transcription: str, leg: str) -> StopTranscription: ...
    def __repr__(self, /) -> str: ...
    @property
    def leg(self, /) -> str:
        """
        The caller's line.
        """
    @property
    def transcription(self, /) -> str:
        """
        The transcription.
        """

@final
class StreamEvent:
    """
    Something happened to the socket of a media stream.
    """
    __match_args__: Final[tuple[Literal["leg"], Literal["stream"], Literal["event"], Literal["detail"]]]
    def __eq__(self, value: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __new__(cls, /, leg: str, stream: str, event: str, detail: "str" = "") -> StreamEvent: ...
    def __repr__(self, /) -> str: ...
    @property
    def detail(self, /) -> str:
        """
        A sentence for the account; may be empty.
        """
    @property
    def event(self, /) -> Literal["broken", "closed", "discarded", "handshake", "invalid", "malformed", "opened", "overflow", "protocol", "refused", "timeout", "tls", "unknown", "unreachable"]:
        """
        What.
        """
    @property
    def leg(self, /) -> str:
        """
        The caller's line.
        """
    @property
    def stream(self, /) -> str:
        """
        The stream.
        """

@final
class Tick:
    """
    Nothing happened but time.
    """
    __match_args__: Final[tuple[()]]
    def __eq__(self, value: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __new__(cls, /) -> Tick: ...
    def __repr__(self, /) -> str: ...

@final
class Transcribe:
    """
    Write down what was said in a recording that has ended; answer with `RecordingTranscribed`.
    """
    __match_args__: Final[tuple[Literal["reply"], Literal["leg"], Literal["call"], Literal["account"], Literal["recording"]]]
    def __eq__(self, value: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __new__(cls, /, reply: str, leg: str, call: str, account: str, recording: str) -> Transcribe: ...
    def __repr__(self, /) -> str: ...
    @property
    def account(self, /) -> str:
        """
        The account that owns it.
        """
    @property
    def call(self, /) -> str:
        """
        The call that owns the recording.
        """
    @property
    def leg(self, /) -> str:
        """
        The line that was recorded; it may be gone.
        """
    @property
    def recording(self, /) -> str:
        """
        The recording.
        """
    @property
    def reply(self, /) -> str:
        """
        Where the answer goes.
        """

@final
class Transcribed:
    """
    Words of a transcription.
    """
    __match_args__: Final[tuple[Literal["leg"], Literal["transcription"], Literal["inbound"], Literal["text"], Literal["confidence"], Literal["is_final"], Literal["stability"]]]
    def __eq__(self, value: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __new__(cls, /, leg: str, transcription: str, inbound: bool, text: str, confidence: float | None = None, is_final: "bool" = True, stability: float | None = None) -> Transcribed: ...
    def __repr__(self, /) -> str: ...
    @property
    def confidence(self, /) -> float | None:
        """
        How sure the recogniser is, 0.0 to 1.0.
        """
    @property
    def inbound(self, /) -> bool:
        """
        Whether the caller spoke; otherwise it was whom the caller hears.
        """
    @property
    def is_final(self, /) -> bool:
        """
        False for a partial result.
        """
    @property
    def leg(self, /) -> str:
        """
        The caller's line.
        """
    @property
    def stability(self, /) -> float | None:
        """
        How unlikely a partial result is to change, 0.0 to 1.0.
        """
    @property
    def text(self, /) -> str:
        """
        The words.
        """
    @property
    def transcription(self, /) -> str:
        """
        The transcription.
        """

@final
class TranscriptionFailed:
    """
    A transcription broke off: it has ended, and nothing more of it is written down.
    """
    __match_args__: Final[tuple[Literal["leg"], Literal["transcription"], Literal["detail"]]]
    def __eq__(self, value: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __new__(cls, /, leg: str, transcription: str, detail: "str" = "") -> TranscriptionFailed: ...
    def __repr__(self, /) -> str: ...
    @property
    def detail(self, /) -> str:
        """
        A sentence for the account; may be empty.
        """
    @property
    def leg(self, /) -> str:
        """
        The caller's line.
        """
    @property
    def transcription(self, /) -> str:
        """
        The transcription.
        """

@final
class Unbridge:
    """
    Take the media of two lines apart. Not sent when one of them is gone.
    """
    __match_args__: Final[tuple[Literal["leg"], Literal["other"]]]
    def __eq__(self, value: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __new__(cls, /, leg: str, other: str) -> Unbridge: ...
    def __repr__(self, /) -> str: ...
    @property
    def leg(self, /) -> str:
        """
        The line of the call that dialled.
        """
    @property
    def other(self, /) -> str:
        """
        The line that it was connected to.
        """

@final
class Verb:
    """
    A verb or noun of a document, as the engine will run it.
    """
    __match_args__: Final[tuple[Literal["name"], Literal["line"], Literal["column"], Literal["attributes"], Literal["text"], Literal["children"]]]
    def __eq__(self, value: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __new__(cls, /, name: str, line: int, column: int, attributes: Sequence[tuple[str, str]], text: str, children: Sequence[Verb]) -> Verb: ...
    def __repr__(self, /) -> str: ...
    @property
    def attributes(self, /) -> list[tuple[str, str]]:
        """
        Its attributes as written and valid.
        """
    @property
    def children(self, /) -> list[Verb]:
        """
        What is inside it.
        """
    @property
    def column(self, /) -> int:
        """
        Column of its start tag, from 1, in characters.
        """
    @property
    def line(self, /) -> int:
        """
        Line of its start tag, from 1.
        """
    @property
    def name(self, /) -> str:
        """
        Its name, for instance `Dial`.
        """
    @property
    def text(self, /) -> str:
        """
        Its text.
        """

@final
class VerbBegan:
    """
    A verb began.
    """
    __match_args__: Final[tuple[Literal["at"], Literal["leg"], Literal["call"], Literal["account"], Literal["verb"], Literal["line"], Literal["column"], Literal["attributes"]]]
    def __eq__(self, value: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __new__(cls, /, at: int, leg: str, call: str, account: str, verb: str, line: int, column: int, attributes: Sequence[tuple[str, str]]) -> VerbBegan: ...
    def __repr__(self, /) -> str: ...
    @property
    def account(self, /) -> str:
        """
        Whose call it is: the one account that may see this event.
        """
    @property
    def at(self, /) -> int:
        """
        When, in milliseconds since the Unix epoch.
        """
    @property
    def attributes(self, /) -> list[tuple[str, str]]:
        """
        Its attributes as written and valid.
        """
    @property
    def call(self, /) -> str:
        """
        In which call.
        """
    @property
    def column(self, /) -> int:
        """
        Column from 1, in characters.
        """
    @property
    def leg(self, /) -> str:
        """
        On which line.
        """
    @property
    def line(self, /) -> int:
        """
        Line from 1.
        """
    def to_dict(self, /) -> "dict[str, object]":
        """
        The fields by name, as JSON takes them, and the kind as `event`. Nothing is redacted.
        """
    @property
    def verb(self, /) -> str:
        """
        Its name.
        """

@final
class Verdict:
    """
    The answer to a `Consult`.
    """
    __match_args__: Final[tuple[Literal["reply"], Literal["allow"], Literal["reason"]]]
    def __eq__(self, value: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __new__(cls, /, reply: str, allow: bool, reason: "str" = "") -> Verdict: ...
    def __repr__(self, /) -> str: ...
    @property
    def allow(self, /) -> bool:
        """
        Whether the connection may be made.
        """
    @property
    def reason(self, /) -> str:
        """
        Why not, for the owner of the rule; never shown to the dialling side.
        """
    @property
    def reply(self, /) -> str:
        """
        The `Consult` it answers.
        """

def build_info() -> "dict[str, str]":
    """
    How this module was built, for a report of a defect.
    """

def codes_table() -> "list[dict[str, object]]":
    """
    Every code of a problem: `number`, `name`, `level`, `effect` and `meaning`.
    """

def config_table() -> "list[dict[str, object]]":
    """
    Every choice of `Config`: its `name`, its `default` as Python writes it, the `choices` where it is one of
    a few words, and its `meaning`.
    """

def parse(body: bytes | str, content_type: str | None = None, url: str = "") -> Document:
    """
    Parses and checks a document. Nothing is raised for what is wrong with it: see `problems`.

    With a `content_type` it is judged as the answer of a webhook at `url`: plain text is spoken, audio is played.
    """

def schema_table() -> "list[dict[str, object]]":
    """
    Every verb and noun with its attributes.
    """

def sign(auth_token: str, url: str, parameters: dict[str, str] | Sequence[tuple[str, str]] | None = None) -> str:
    """
    The value of `X-Twilio-Signature` for a form POST, or with no parameters for a GET of `url`.
    """

def status_table() -> "list[dict[str, object]]":
    """
    Every status of a call: `status`, `terminal` and the statuses that may come `next`.
    """

def verify(auth_token: str, url: str, parameters: dict[str, str] | Sequence[tuple[str, str]], signature: str) -> bool:
    """
    Whether a signature is that of a form POST, or with no parameters of a GET of `url`, with or without its port.
    """
