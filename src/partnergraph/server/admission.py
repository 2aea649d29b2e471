"""Which requests are let in: those for a host of ours (RFC 9110, 7.2) that no page of another site has sent.

A browser says of every request where it comes from (Fetch Metadata, https://www.w3.org/TR/fetch-metadata/), in
`Sec-Fetch-Site`, and older ones in `Origin`; a program says nothing and is let in. A page of another site starts no
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
_OWN = (b"same-origin", b"none")
# Whoever follows a link to one of these asks a query that the link holds; the others are pages.
_ASKING = ("/draw", "/labels", "/questions", "/reconcile", "/sparql")
FRAMED = "/reconcile/preview"


class Refusal(NamedTuple):
    """Why a request is not let in; `link`: whoever followed a link may go on by another click."""

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
    """`hosts` are the names that the server answers for, in small letters; pages of `origins` may ask."""

    def __init__(self, hosts: Iterable[str], origins: Iterable[str]) -> None:
        self.hosts = frozenset(host.lower() for host in hosts)
        self.origins = frozenset(map(str.encode, origins))
        self._known: set[bytes] = set()  # Host headers that were seen to be right

    def refusal(self, scope: Mapping[str, Any]) -> Refusal | None:
        """Why a request is refused; None for one that is let in."""
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
        found = _HOST.fullmatch(host)
        if found is None or int(found[2] or 0) > LAST_PORT:
            return _BAD_HOST
        if found[1].decode().lower() not in self.hosts:
            return _OTHER_HOST
        if len(self._known) < MAX_HOSTS:
            self._known.add(host)
        return None

    def _site(self, scope: Mapping[str, Any], headers: Mapping[bytes, bytes]) -> Refusal | None:
        site, origin = headers.get(b"sec-fetch-site"), headers.get(b"origin")
        if site in _OWN or scope["method"] == "OPTIONS" or origin in self.origins:
            return None
        if site is None:
            # "null" is what a form of our own pages says, too: they send no referrer.
            own = origin in (None, b"null") or origin.partition(b"://")[2] == headers.get(b"host")
            return None if own else _OTHER_SITE
        navigates = headers.get(b"sec-fetch-mode") == b"navigate" and scope["method"] in ("GET", "HEAD")
        if not navigates or b"sec-purpose" in headers:  # fetched ahead of a click that may never come
            return _OTHER_SITE
        if headers.get(b"sec-fetch-dest") != b"document":
            # Who frames the preview is in its policy; a frame does not say what it stands in.
            return None if self.origins and scope["path"] == FRAMED else _OTHER_SITE
        return _LINK if _asks(scope) else None


def _asks(scope: Mapping[str, Any]) -> bool:
    """Whether a request asks a query, and not only for a page."""
    path: str = scope["path"]
    if path in ("/sparql", "/reconcile", "/questions"):
        return bool(scope["query_string"])
    return path.startswith(_ASKING)
