"""Admission of requests: those for a host of ours (RFC 9110, 7.2) that no page of another site has sent.

A browser states of every request where it comes from (Fetch Metadata, https://www.w3.org/TR/fetch-metadata/), in
`Sec-Fetch-Site`, and older ones in `Origin`; a program states nothing and is admitted. A page of another site starts no
query, neither by a script nor by an image or a frame; a link from there to a page opens it, and one to a query asks
first. Without `Sec-Fetch-Site` (an old browser, or plain http to another machine) only a request with an `Origin` is
known to come from elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

MAX_HOSTS = 100
# RFC 9110, 7.2: uri-host [ ":" port ]; RFC 3986, 3.2.2.
_HOST = re.compile(rb"([A-Za-z0-9._~%!$&'()*+,;=-]*|\[[0-9A-Fa-f:.]+\])(?::([0-9]{0,5}))?")
LAST_PORT = 65_535
_SAME_SITE = (b"same-origin", b"none")
# A link to one of these holds a query; the other paths are pages.
_QUERY_PATHS = ("/draw", "/labels", "/network", "/questions", "/reconcile", "/sparql")
FRAMED = "/reconcile/preview"


class Refusal(NamedTuple):
    """The status and reason of a request that is refused; `link`: a user who followed a link may confirm it."""

    status: int
    message: str
    link: bool = False


_NO_HOST = Refusal(400, "An HTTP/1.1 request has one Host header. Send one.")
_BAD_HOST = Refusal(400, "The host that is asked is not a name with a port from 0 to 65535.")
_UNNAMED_HOST = Refusal(421, "The request does not say which host it asks. Send a Host header.")
_OTHER_HOST = Refusal(421, "This server does not answer for that host.")
_TYPES = Refusal(400, "There are several Content-Type headers. Send one.")
_CODING = Refusal(501, "A body comes as it is, or in chunks. Send it so.")
_OTHER_SITE = Refusal(
    403, "Pages of other sites may not ask here. Start the server with --cors and the origin of the site to let them."
)
_LINK = Refusal(403, "A link of another site asks this. Open the address yourself if it is what you want.", link=True)


class Admission:
    """The rules: `hosts` are the names that the server answers for, and pages of `origins` may send requests."""

    def __init__(self, hosts: Iterable[str], origins: Iterable[str]) -> None:
        self.hosts = frozenset(host.lower() for host in hosts)
        self.origins = frozenset(map(str.encode, origins))
        self._known: set[bytes] = set()  # Host headers that were admitted

    def refusal(self, scope: Mapping[str, Any]) -> Refusal | None:
        """Why a request is refused; None for one that is admitted."""
        fields: dict[bytes, bytes] = {}
        hosts = types = 0
        for name, value in scope["headers"]:
            hosts += name == b"host"
            types += name == b"content-type"
            fields[name] = value
        if hosts != 1 and (hosts or scope.get("http_version") == "1.1"):
            return _NO_HOST
        if types > 1:
            return _TYPES
        if fields.get(b"transfer-encoding", b"chunked").lower() != b"chunked":  # RFC 9112, 6.1
            return _CODING
        return self._host(fields.get(b"host", b"")) or self._site(scope, fields)

    def _host(self, host: bytes) -> Refusal | None:
        if host in self._known:
            return None
        if not host:
            return _UNNAMED_HOST
        match = _HOST.fullmatch(host)
        if match is None or int(match[2] or 0) > LAST_PORT:
            return _BAD_HOST
        if match[1].decode().lower() not in self.hosts:
            return _OTHER_HOST
        if len(self._known) < MAX_HOSTS:
            self._known.add(host)
        return None

    def _site(self, scope: Mapping[str, Any], headers: Mapping[bytes, bytes]) -> Refusal | None:
        site, origin = headers.get(b"sec-fetch-site"), headers.get(b"origin")
        if site in _SAME_SITE or scope["method"] == "OPTIONS" or origin in self.origins:
            return None
        if site is None:
            # "null" is what a form of our own pages says, too: they send no referrer.
            own = origin in (None, b"null") or origin.partition(b"://")[2] == headers.get(b"host")
            return None if own else _OTHER_SITE
        navigates = headers.get(b"sec-fetch-mode") == b"navigate" and scope["method"] in ("GET", "HEAD")
        if not navigates or b"sec-purpose" in headers:  # fetched ahead of a click that may never come
            return _OTHER_SITE
        if headers.get(b"sec-fetch-dest") != b"document":
            # The policy of the preview restricts who frames it; the request of a frame does not name its page.
            return None if self.origins and scope["path"] == FRAMED else _OTHER_SITE
        return _LINK if _holds_query(scope) else None


def _holds_query(scope: Mapping[str, Any]) -> bool:
    """Whether a request runs a query, and is not only for a page."""
    path: str = scope["path"]
    if path in ("/sparql", "/reconcile", "/questions"):
        return bool(scope["query_string"])
    return path.startswith(_QUERY_PATHS)
