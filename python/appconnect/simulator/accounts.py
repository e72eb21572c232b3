"""The accounts of a simulation, and what of theirs can be dialled."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final, TypeAlias, TypeVar, final
from urllib.parse import urljoin

from appconnect.registry import Account, Application, Client, PhoneNumber, Registry, SipDomain
from appconnect.simulator.applications import Applications, VoiceApp, is_url

if TYPE_CHECKING:
    from typing import TypedDict

    class Webhooks(TypedDict):
        """What all things that can be dialled have alike."""

        voice_url: str
        voice_method: str
        voice_fallback_url: str | None
        status_callback: str | None


__all__ = ["Accounts", "Dialled", "SimulatedAccount"]

Dialled: TypeAlias = Application | Client | PhoneNumber | SipDomain
"""What can be dialled."""

_D = TypeVar("_D", Application, Client, PhoneNumber, SipDomain)

PATH: Final = "/voice"
"""Where an application in the process is asked, unless another path is given."""

_FIRST_NUMBER: Final = 18005550199
_DIGITS: Final = 32


@final
class SimulatedAccount:
    """An account of a simulation: owns numbers, applications, clients and SIP domains.

        shop = simulator.account("shop")
        number = shop.number("+15550199", app, "/voice", status_callback="/status")
        orders = shop.application(app, "/orders", public=True)

    Paths are relative to the application that they stand with; absolute URLs stand for themselves.

    Attributes:
        name: What it is called in ladders.
        sid: Its SID.
        auth_token: The token that its webhooks are signed with.
    """

    def __init__(self, accounts: Accounts, name: str, sid: str, auth_token: str) -> None:
        """Made by `Simulator.account`."""
        self.name = name
        self.sid = sid
        self.auth_token = auth_token
        self._accounts = accounts

    def __repr__(self) -> str:
        """Name it; the token is a secret."""
        return f"<SimulatedAccount {self.name!r} {self.sid}>"

    def number(  # noqa: PLR0913 - one for each thing that is told of a number
        self,
        number: str,
        app: VoiceApp,
        path: str | None = None,
        *,
        method: str = "POST",
        fallback: str | None = None,
        status_callback: str | None = None,
    ) -> PhoneNumber:
        """Own a phone number.

        Args:
            number: In E.164, such as `+15550199`.
            app: What answers; see `VoiceApp`.
            path: Of the Voice URL; `/voice` by default.
            method: GET or POST.
            fallback: Path or URL that is asked when the Voice URL fails.
            status_callback: Path or URL that is told of the end of a call.
        """
        webhooks = self._accounts.webhooks(app, path, method, fallback, status_callback)
        return self._accounts.add(PhoneNumber(number, self.sid, **webhooks))

    def application(  # noqa: PLR0913 - one for each thing that is told of an application
        self,
        app: VoiceApp,
        path: str | None = None,
        *,
        public: bool = False,
        sid: str | None = None,
        method: str = "POST",
        fallback: str | None = None,
        status_callback: str | None = None,
    ) -> Application:
        """Own a TwiML App, which `<Dial><Application>` can reach by its `sid`.

        Args:
            app: What answers; see `VoiceApp`.
            path: Of the Voice URL; `/voice` by default.
            public: Whether other accounts may dial it (`PublicApplicationConnectEnabled`).
            sid: `AP` and 32 hexadecimal digits; made up by default.
            method: GET or POST.
            fallback: Path or URL that is asked when the Voice URL fails.
            status_callback: Path or URL that is told of the end of a call.
        """
        webhooks = self._accounts.webhooks(app, path, method, fallback, status_callback)
        made = self._accounts.made_up("AP")
        return self._accounts.add(
            Application(sid or made, self.sid, public_application_connect_enabled=public, **webhooks)
        )

    def client(  # noqa: PLR0913 - one for each thing that is told of a client
        self,
        identity: str,
        app: VoiceApp,
        path: str | None = None,
        *,
        method: str = "POST",
        fallback: str | None = None,
        status_callback: str | None = None,
    ) -> Client:
        """Own a client of the Voice SDK that can be dialled as `client:` and its identity."""
        webhooks = self._accounts.webhooks(app, path, method, fallback, status_callback)
        return self._accounts.add(Client(identity, self.sid, **webhooks))

    def sip_domain(  # noqa: PLR0913 - one for each thing that is told of a domain
        self,
        domain: str,
        app: VoiceApp,
        path: str | None = None,
        *,
        method: str = "POST",
        fallback: str | None = None,
        status_callback: str | None = None,
    ) -> SipDomain:
        """Own a SIP domain, every user of which can be dialled."""
        webhooks = self._accounts.webhooks(app, path, method, fallback, status_callback)
        return self._accounts.add(SipDomain(domain, self.sid, **webhooks))


@final
class Accounts:
    """All accounts of a simulation.

    Attributes:
        names: What they are called, by SID.
        changed: Whether there is something that the last registry did not have.
    """

    def __init__(self, applications: Applications) -> None:
        """Begin without any."""
        self.names: dict[str, str] = {}
        self.changed = False
        self._applications = applications
        self._accounts: dict[str, SimulatedAccount] = {}
        self._dialled: list[Dialled] = []
        self._numbers: dict[tuple[str, str], PhoneNumber] = {}
        self._made = 0

    def account(self, name: str, sid: str | None = None, auth_token: str | None = None) -> SimulatedAccount:
        """The account of this name; a new one if there is none.

        Raises:
            RegistryError: Another account has this SID.
            ValueError: It has another SID or token than is asked for; or they are none.
        """
        if auth_token is not None and not auth_token:
            raise ValueError(f"the account {name!r} needs a token: nothing can be signed with an empty one")
        known = self._accounts.get(name)
        if known is None:
            known = SimulatedAccount(
                self, name, sid or f"AC{_digest(name)}", auth_token or _digest(f"{name}'s token")
            )
            # Raises here, where the mistake is, and not with the next call.
            self._registry([*self._accounts.values(), known], self._dialled)
            self._accounts[name] = known
            self.names[known.sid] = name
            self.changed = True
        if sid not in {None, known.sid} or auth_token not in {None, known.auth_token}:
            raise ValueError(f"the account {name!r} has another SID or token already")
        return known

    def token(self, sid: str) -> str | None:
        """The token of an account, by its SID."""
        return next((account.auth_token for account in self._accounts.values() if account.sid == sid), None)

    def add(self, record: _D) -> _D:
        """Take in something that can be dialled.

        Raises:
            RegistryError: It contradicts what is there already.
        """
        self._registry(list(self._accounts.values()), [*self._dialled, record])
        self._dialled.append(record)
        self.changed = True
        return record

    def number_of(self, account: SimulatedAccount, app: VoiceApp, path: str | None) -> PhoneNumber:
        """A number that leads to an application: the same for the same application and path."""
        url = self.webhooks(app, path)["voice_url"]
        number = self._numbers.get((account.sid, url))
        if number is None:
            taken = {record.number for record in self._dialled if isinstance(record, PhoneNumber)}
            free = next(text for i in range(len(taken) + 1) if (text := f"+{_FIRST_NUMBER - i}") not in taken)
            number = self._numbers[account.sid, url] = account.number(free, app, path)
        return number

    def webhooks(
        self,
        app: VoiceApp,
        path: str | None,
        method: str = "POST",
        fallback: str | None = None,
        status_callback: str | None = None,
    ) -> Webhooks:
        """Where an application is asked."""
        base = self._applications.add(app)
        # A URL names a path of its own; an origin has none.
        url = urljoin(base, path or "") if is_url(app) else urljoin(f"{base}/", path or PATH)
        return {
            "voice_url": url,
            "voice_method": method,
            "voice_fallback_url": fallback and urljoin(url, fallback),
            "status_callback": status_callback and urljoin(url, status_callback),
        }

    def made_up(self, prefix: str) -> str:
        """A SID that no other call of this gave."""
        self._made += 1
        return prefix + _digest(f"{prefix} {self._made}")

    def registry(self) -> Registry:
        """Everything, as the engine takes it."""
        self.changed = False
        return self._registry(list(self._accounts.values()), self._dialled)

    @staticmethod
    def _registry(accounts: list[SimulatedAccount], dialled: list[Dialled]) -> Registry:
        return Registry(
            accounts=[Account(account.sid, account.auth_token) for account in accounts],
            applications=[record for record in dialled if isinstance(record, Application)],
            numbers=[record for record in dialled if isinstance(record, PhoneNumber)],
            sip_domains=[record for record in dialled if isinstance(record, SipDomain)],
            clients=[record for record in dialled if isinstance(record, Client)],
        )


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:_DIGITS]
