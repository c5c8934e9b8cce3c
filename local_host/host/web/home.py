"""What stands at `/`?

As on the real host: a page that says that the app runs. With AzureWebJobsDisableHomepage=true an
HTTP function may serve `/`; where none does, the answer is empty (204).
"""

from local_host.host.web.requests import Response

_PAGE = b"""\
<!DOCTYPE html>
<html lang="en">
<head><meta charset="utf-8"><title>The function app is running</title></head>
<body>
<h1>Your function app is up and running.</h1>
<p>The local host serves it. Its functions stand in <a href="/admin/functions">/admin/functions</a>
and in the terminal that started it.</p>
</body>
</html>
"""


def home_page() -> Response:
    """The page at `/`."""
    return Response(200, _PAGE, [("Content-Type", "text/html")])


def no_home_page() -> Response:
    """The answer at `/` where the page is off and no function serves it."""
    return Response(204)
