"""Does the caller want this, yes or no?"""

from http import HTTPStatus
from urllib.parse import parse_qsl, urlsplit

import azure.functions as func

from api.http.problems import FieldError, ProblemError


def flag(req: func.HttpRequest, name: str, *, default: bool) -> bool:
    """The caller's choice after the question mark, or the Problem with it."""
    # The host leaves out of `req.params` what has no value, as in `?preview`.
    asked = dict(parse_qsl(urlsplit(req.url).query, keep_blank_values=True))
    text: str = asked.get(name, "true" if default else "false")
    if text not in {"true", "false"}:
        raise ProblemError(
            HTTPStatus.BAD_REQUEST,
            "bad-query",
            "The order cannot be asked for like this: see errors.",
            errors=(FieldError(name, "must be true or false"),),
        )
    return text == "true"
