"""Who is asking?"""

from typing import Final

import azure.functions as func

from api.http.problems import FieldError

#: Set by the platform, and by it alone, where it knows who is asking.
_PRINCIPAL: Final = "X-MS-CLIENT-PRINCIPAL-NAME"
_LONGEST: Final = 120

#: What is wrong where nobody says so.
BY_IS_REQUIRED: Final = FieldError("by", "is required: who decides?")


def asked_by(req: func.HttpRequest, said: str | None) -> str | None:
    """Who asks, as the platform knows it or else as the caller says."""
    by: str | None = req.headers.get(_PRINCIPAL) or said
    return by[:_LONGEST] if by else None


def missing_name(req: func.HttpRequest, body: object) -> tuple[FieldError, ...]:
    """What to say, beside what else is wrong with the body, where nobody says who is asking."""
    says_nothing = isinstance(body, dict) and body.get("by") is None
    return (BY_IS_REQUIRED,) if says_nothing and asked_by(req, None) is None else ()
