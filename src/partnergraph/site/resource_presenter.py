"""A description in words: bodies and claims as the drawn page words them, with links that lead on within the site."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any

from partnergraph.claims.sources import read_sources
from partnergraph.network import build_network, graph_metadata
from partnergraph.page.diagram import Diagram, DiagramNode
from partnergraph.page.palette import LOOKS
from partnergraph.page.view_model import ViewModel
from partnergraph.site.resource_description import local_path

if TYPE_CHECKING:
    from markupsafe import Markup

    from partnergraph.store import Reader

Plain = dict[str, Any]
# So many claims of a kind stand on the page of a body; the others are counted.
MAX_CLAIMS = 200
# A map of more bodies than this is drawn when it is asked for.
MAX_DRAWN = 120
ICON = '<svg class="icon" viewBox="0 0 22 22" width="18" height="18" aria-hidden="true">{}</svg>'


class ResourcePresenter:
    """What a description (see `partnergraph.site.resource_description.describe`) says, for the templates.

    `start` is what the addresses of the graph begin with.
    """

    def __init__(self, reader: Reader, described: Reader, start: str) -> None:
        self.start = start
        said_by = read_sources(described)
        self.graph = build_network(described, places=True)
        self.graph.graph.update(graph_metadata(reader, None, said_by))
        self.source_links = {one.id: local_path(iri, start) for iri, one in said_by.items()}
        nodes = self.graph.nodes
        bodies = sorted(self.graph, key=lambda iri: (str(nodes[iri]["label"]).casefold(), iri))
        dots = [
            DiagramNode(number, iri, str(nodes[iri]["label"]), self._family(iri), 7.0, hub=False, group=False)
            for number, iri in enumerate(bodies)
        ]
        claims = sorted(self.graph.edges(keys=True), key=lambda edge: edge[2])
        self.content = ViewModel(self.graph, Diagram(bodies, claims, list(LOOKS), dots))
        self.iris, self.claim_iris = bodies, [edge[2] for edge in claims]
        self._edges = {edge[2]: edge for edge in claims}

    def _family(self, iri: str) -> int:
        family = self.graph.nodes[iri].get("family")
        return list(LOOKS).index(family) if family in LOOKS else -1

    def party(self, number: int) -> Plain:
        """A body as a name and a link."""
        iri = self.iris[number]
        return {"iri": iri, "label": self.content.bodies[number]["label"], "link": local_path(iri, self.start)}

    def named(self, iri: str, label: str) -> Plain:
        """The same for a body that may not be among them."""
        return {"iri": iri, "label": label, "link": local_path(iri, self.start)}

    def proofs(self, pieces: list[Plain]) -> list[Plain]:
        """Evidence as `ViewModel` words it, its words marked in their sentence where that is known."""
        return [self._proof(piece) for piece in pieces]

    def _proof(self, piece: Plain) -> Plain:
        words, at = piece["words"] or "", piece["at"]
        sentence = self._sentence(piece["sentence"])
        marked = None
        if at is not None and words and sentence[at : at + len(words)] == words:
            marked = sentence[:at], words, sentence[at + len(words) :]
        return piece | {"marked": marked, "link": self.source_links.get(piece["source"])}

    def _sentence(self, number: int | None) -> str:
        return "" if number is None else next(islice(self.content.sentences, number, None))

    def claim(self, number: int) -> Plain:
        """A claim with links for its parties, and its evidence."""
        claim = self.content.claims[number]
        iri = self.claim_iris[number]
        return claim | {
            "iri": iri,
            "link": local_path(iri, self.start),
            "from": self.party(claim["from"]),
            "to": self.party(claim["to"]),
            "via": [
                self.party(one["number"]) if one["number"] is not None else {"label": one["label"], "link": None}
                for one in claim["via"]
            ],
            "contradicts": [
                self.named(other, self.sentence(other) or "another claim")
                for other in self.graph.edges[self._edges[iri]]["contradicts"]
            ],
            "evidence": self.proofs(claim["evidence"]),
            "against": self.proofs(claim["against"]),
        }

    def sentence(self, iri: str) -> str | None:
        """A claim as a sentence; None for what is not one of them."""
        if iri not in self._edges:
            return None
        start, end, _ = self._edges[iri]
        ends = self.graph.nodes[start]["label"], self.graph.nodes[end]["label"]
        return f"{ends[0]} {self.graph.edges[self._edges[iri]]['forward']} {ends[1]}"

    @property
    def claims(self) -> list[Plain]:
        """Every claim."""
        return [self.claim(number) for number in range(len(self.claim_iris))]

    def groups(self, iri: str) -> list[Plain]:
        """The claims of one body by kind and direction, each group with its words; in the order of the vocabulary."""
        kinds = list(self.graph.graph["kinds"])
        found: dict[tuple[int, str], list[tuple[str, str, int, int | None]]] = {}
        for number, claim in enumerate(self.content.claims):
            ends = {self.iris[claim["to"]]: claim["from"]} | {self.iris[claim["from"]]: claim["to"]}
            other = ends.get(iri)
            forward = self.iris[claim["from"]] == iri
            words = "is between" if other is None else claim["forward"] if forward else claim["inverse"]
            place = kinds.index(claim["kind"]) if claim["kind"] in kinds else len(kinds)
            label = self.content.bodies[claim["from"] if other is None else other]["label"].casefold()
            found.setdefault((place, words), []).append((label, self.claim_iris[number], number, other))
        return [
            {
                "words": words,
                "label": self.content.claims[some[0][2]]["kind_label"],
                "number": len(some),
                "claims": [
                    self.claim(number) | {"other": None if other is None else self.party(other)}
                    for _, _, number, other in sorted(some)[:MAX_CLAIMS]
                ],
            }
            for (_, words), some in sorted(found.items())
        ]

    def body(self, iri: str) -> Plain:
        """Everything about a body but its claims."""
        number, node = self.iris.index(iri), self.graph.nodes[iri]
        content = self.content.bodies[number]
        worded = self.content.proofs
        names = [
            name | {"evidence": self.proofs(worded(name["evidence"])), "kind": (name["kind"] or "").replace("-", " ")}
            for name in content["names"]
        ]
        events = [
            said
            | {
                "evidence": self.proofs(said["evidence"]),
                "bodies": [
                    self.named(one["id"], one["label"])
                    for part in ("before", "after")
                    for one in event[part]
                    if one["id"] != iri
                ],
            }
            for said, event in zip(content["events"], node["events"], strict=True)
        ]
        return content | {
            "iri": iri,
            "family": self.graph.graph["families"].get(node["family"], {}).get("label"),
            "names": names,
            "events": events,
            "identifiers": [
                entry | {"evidence": self.proofs(worded(entry["evidence"]))} for entry in content["identifiers"]
            ],
            "attributes": [entry | {"evidence": self.proofs(entry["evidence"])} for entry in content["attributes"]],
            "statements": [entry | {"evidence": self.proofs(entry["evidence"])} for entry in content["statements"]],
            "members": [
                self.named(one, member["label"])
                for one, member in zip(node["members"], content["members"], strict=True)
            ],
            "evidence": self.proofs(content["evidence"]),
        }

    def map(self, iri: str, title: str) -> Plain | None:
        """A body and those it is connected with, drawn; and what the symbols mean. None when they are too many."""
        from markupsafe import Markup

        from partnergraph.page.build_diagram import build_diagram, prepare_network
        from partnergraph.page.svg import render_svg

        places = {one for one, sort in self.graph.nodes(data="sort") if sort == "place"}
        near = self.graph.edge_subgraph(edge for edge in self.graph.edges(keys=True) if not places & {*edge[:2]})
        if iri not in near or len(near) > MAX_DRAWN:
            return None
        near = prepare_network(near)
        near.graph["focus"] = iri
        made = build_diagram(near)
        looks = list(LOOKS)
        of = [looks.index(name) if name in LOOKS else -1 for name in made.families]
        for dot in made.dots:
            dot.family = of[dot.family] if dot.family >= 0 else -1
        labels = self.graph.graph["families"]
        left = sum(1 for dot in made.dots if not dot.members and dot.wide is not None and dot.tall is None)
        signs = [
            "dashed: inferred" if any(line.inferred for line in made.lines) else "",
            "red: disputed" if any(line.disputed for line in made.lines) else "",
            "only the best connected are drawn" if left else "",
        ]
        return {
            "drawn": Markup(render_svg(made, LOOKS, title, "tall")),  # noqa: S704  texts are escaped where it is made
            "signs": "; ".join(sign for sign in signs if sign),
            "families": [
                {
                    "label": labels.get(looks[number], {}).get("label", looks[number]),
                    "icon": _icon(looks[number], number),
                }
                for number in sorted({dot.family for dot in made.dots if dot.tall is not None and dot.family >= 0})
            ],
        }


def _icon(family: str, number: int) -> Markup:
    """The symbol of a family beside its name; `number` is its class in the drawing."""
    from markupsafe import Markup

    from partnergraph.page.svg import symbol_svg

    shape = symbol_svg(LOOKS[family].shape, 11, 11, 7.5, f'class="f{number}"')
    return Markup(ICON.format(shape))  # noqa: S704  our own SVG: nothing in it comes from the graph
