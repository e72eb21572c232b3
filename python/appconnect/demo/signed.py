"""Webhooks that prove where they come from (`webhooks.md` section 3)."""

from typing import TypeAlias, final

from fastapi import HTTPException, Request
from twilio.request_validator import RequestValidator

__all__ = ["Form", "SignedForm"]

Form: TypeAlias = dict[str, str]
"""What a webhook was sent."""


@final
class SignedForm:
    """Reads a webhook's form if it was signed with the account's token; answers 403 otherwise.

    Attributes:
        accepted: The forms that were accepted, in the order in which they came, with their paths.
        refused: How many requests were not.
    """

    def __init__(self, auth_token: str) -> None:
        """Accept what is signed with a token."""
        self.accepted: list[tuple[str, Form]] = []
        self.refused = 0
        self._validator = RequestValidator(auth_token)

    async def __call__(self, request: Request) -> Form:
        """Verify a request, for use as a dependency of FastAPI.

        Raises:
            HTTPException: The signature is wrong or missing.
        """
        form = {name: str(value) for name, value in (await request.form()).items()}
        signature = request.headers.get("X-Twilio-Signature", "")
        if not self._validator.validate(str(request.url), form, signature):
            self.refused += 1
            raise HTTPException(403, "the signature is wrong")
        self.accepted.append((request.url.path, form))
        return form

    def last(self, path: str) -> Form:
        """The form that a path was sent last; empty if it was sent none."""
        return next((form for at, form in reversed(self.accepted) if at == path), {})
