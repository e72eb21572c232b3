"""What calls can reach: accounts, applications, numbers, SIP domains and clients.

A `Registry` is built at once, checked, and never changes; a change is a new one for `Engine.set_registry`.
"""

from __future__ import annotations

from appconnect._core import Account, Admission, Application, Client, PhoneNumber, Registry, Route, SipDomain

__all__ = [
    "Account",
    "Admission",
    "Application",
    "Client",
    "PhoneNumber",
    "Registry",
    "Route",
    "SipDomain",
]
