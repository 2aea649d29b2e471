"""A description for the templates: bodies and claims in the words of the drawn page, with links within the site."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any

from partnergraph.claims.sentences import relationship_sentence
from partnergraph.claims.sources import read_sources
from partnergraph.grammar import past_wording, timeless_wording
from partnergraph.network import build_network, graph_metadata
from partnergraph.page.diagram import Diagram, DiagramNode
from partnergraph.page.view_model import ViewModel
from partnergraph.palette import LOOKS
from partnergraph.site.resource_description import local_path

if TYPE_CHECKING:
    from markupsafe import Markup

    from partnergraph.store import Reader

Plain = dict[str, Any]
MAX_CLAIMS = 200  # of a kind on the page of a body; the others are counted
MAX_MAPPED = 120  # bodies of a map that is part of a page; a larger one has a page of its own
ICON = '<svg class="icon" viewBox="0 0 22 22" width="18" height="18" aria-hidden="true">{}</svg>'


class ResourcePresenter:
    """A description (see `partnergraph.site.resource_description.describe`) as values for the templates.

    `start` is what the addresses of the graph begin with. The numbers of bodies and claims are those of the view model.
    """

    def __init__(self, reader: Reader, described: Reader, start: str) -> None:
        self.start = start
        sources = read_sources(described)
        self.graph = build_network(described, places=True)
        self.graph.graph.update(graph_metadata(reader, None, sources))
        self.source_links = {source.id: local_path(iri, start) for iri, source in sources.items()}
        nodes = self.graph.nodes
        bodies = sorted(self.graph, key=lambda iri: (str(nodes[iri]["label"]).casefold(), iri))
        diagram_nodes = [
            DiagramNode(number, iri, str(nodes[iri]["label"]), self._family(iri), 7.0, hub=False, group=False)
            for number, iri in enumerate(bodies)
        ]
        claims = sorted(self.graph.edges(keys=True), key=lambda edge: edge[2])
        self.view_model = ViewModel(self.graph, Diagram(bodies, claims, list(LOOKS), diagram_nodes))
        self.iris, self.claim_iris = bodies, [edge[2] for edge in claims]
        self._edges = {edge[2]: edge for edge in claims}

    def _family(self, iri: str) -> int:
        family = self.graph.nodes[iri].get("family")
        return list(LOOKS).index(family) if family in LOOKS else -1

    def party(self, number: int) -> Plain:
        """A body as a name and a link."""
        iri = self.iris[number]
        return {"iri": iri, "label": self.view_model.bodies[number]["label"], "link": local_path(iri, self.start)}

    def linked(self, iri: str, label: str) -> Plain:
        """A name and a link, also for what the view model does not hold."""
        return {"iri": iri, "label": label, "link": local_path(iri, self.start)}

    def evidence(self, items: list[Plain]) -> list[Plain]:
        """Evidence of the view model, its words marked in their sentence where that is known."""
        return [self._evidence_item(item) for item in items]

    def _evidence_item(self, item: Plain) -> Plain:
        words, at = item["words"] or "", item["at"]
        sentence = self._passage(item["sentence"])
        marked = None
        if at is not None and words and sentence[at : at + len(words)] == words:
            marked = sentence[:at], words, sentence[at + len(words) :]
        return item | {"marked": marked, "link": self.source_links.get(item["source"])}

    def _passage(self, number: int | None) -> str:
        return "" if number is None else next(islice(self.view_model.sentences, number, None))

    def claim(self, number: int) -> Plain:
        """A claim with links for its parties, and its evidence."""
        claim = self.view_model.claims[number]
        iri = self.claim_iris[number]
        return claim | {
            "iri": iri,
            "link": local_path(iri, self.start),
            "from": self.party(claim["from"]),
            "to": self.party(claim["to"]),
            "past": past_wording(claim["forward"]),
            "via": [
                self.party(via["number"]) if via["number"] is not None else {"label": via["label"], "link": None}
                for via in claim["via"]
            ],
            "contradicts": [
                self.linked(other, self.sentence(other) or "another claim")
                for other in self.graph.edges[self._edges[iri]]["contradicts"]
            ],
            "evidence": self.evidence(claim["evidence"]),
            "against": self.evidence(claim["against"]),
        }

    def sentence(self, iri: str) -> str | None:
        """A claim as a sentence; None for what is not one of them."""
        if iri not in self._edges:
            return None
        start, end, _ = self._edges[iri]
        subject, other = self.graph.nodes[start]["label"], self.graph.nodes[end]["label"]
        return relationship_sentence(subject, self.view_model.claims[self.claim_iris.index(iri)]["wording"], other)

    @property
    def claims(self) -> list[Plain]:
        """Every claim."""
        return [self.claim(number) for number in range(len(self.claim_iris))]

    def groups(self, iri: str) -> list[Plain]:
        """The claims of one body by kind and direction, each group with its words; in the order of the vocabulary."""
        kinds = list(self.graph.graph["kinds"])
        groups: dict[tuple[int, str], list[tuple[str, str, int, int | None]]] = {}
        for number, claim in enumerate(self.view_model.claims):
            ends = {self.iris[claim["to"]]: claim["from"]} | {self.iris[claim["from"]]: claim["to"]}
            other = ends.get(iri)
            forward = self.iris[claim["from"]] == iri
            words = "is between" if other is None else claim["forward"] if forward else claim["inverse"]
            rank = kinds.index(claim["kind"]) if claim["kind"] in kinds else len(kinds)
            label = self.view_model.bodies[claim["from"] if other is None else other]["label"].casefold()
            groups.setdefault((rank, words), []).append((label, self.claim_iris[number], number, other))
        return [
            {
                "words": _in_tense(words, [self.view_model.claims[number]["over"] for _, _, number, _ in members]),
                "present": words,
                "past": past_wording(words),
                "label": self.view_model.claims[members[0][2]]["kind_label"],
                "number": len(members),
                "claims": [
                    self.claim(number) | {"other": None if other is None else self.party(other)}
                    for _, _, number, other in sorted(members)[:MAX_CLAIMS]
                ],
            }
            for (_, words), members in sorted(groups.items())
        ]

    def body(self, iri: str) -> Plain:
        """Everything about a body but its claims."""
        number, node = self.iris.index(iri), self.graph.nodes[iri]
        content = self.view_model.bodies[number]
        in_words = self.view_model.evidence_rows
        names = [
            name
            | {"evidence": self.evidence(in_words(name["evidence"])), "kind": (name["kind"] or "").replace("-", " ")}
            for name in content["names"]
        ]
        events = [
            row
            | {
                "evidence": self.evidence(row["evidence"]),
                "bodies": [
                    self.linked(body["id"], body["label"])
                    for side in ("before", "after")
                    for body in event[side]
                    if body["id"] != iri
                ],
            }
            for row, event in zip(content["events"], node["events"], strict=True)
        ]
        return content | {
            "iri": iri,
            "family": self.graph.graph["families"].get(node["family"], {}).get("label"),
            "names": names,
            "events": events,
            "identifiers": [
                entry | {"evidence": self.evidence(in_words(entry["evidence"]))} for entry in content["identifiers"]
            ],
            "attributes": [entry | {"evidence": self.evidence(entry["evidence"])} for entry in content["attributes"]],
            "statements": [entry | {"evidence": self.evidence(entry["evidence"])} for entry in content["statements"]],
            "members": [
                self.linked(member, row["label"])
                for member, row in zip(node["members"], content["members"], strict=True)
            ],
            "evidence": self.evidence(content["evidence"]),
        }

    def headline(self, iri: str) -> str:
        """What the claims about a body say in sum, in words that need no clock; empty when there are none."""
        from partnergraph.page.headline import headline

        if not self.graph.degree(iri):
            return ""
        return " ".join(sentence["text"] for sentence in headline(self.graph, focus=iri))

    def map(self, iri: str, title: str) -> Plain | None:
        """A body and those it is connected with, drawn; and what the symbols mean. None when they are too many."""
        from markupsafe import Markup

        from partnergraph.page.build_diagram import build_diagram, prepare_network
        from partnergraph.page.svg import render_svg

        places = {node for node, kind in self.graph.nodes(data="sort") if kind == "place"}
        neighbourhood = self.graph.edge_subgraph(
            edge for edge in self.graph.edges(keys=True) if places.isdisjoint(edge[:2])
        )
        if iri not in neighbourhood or len(neighbourhood) > MAX_MAPPED:
            return None
        network = prepare_network(neighbourhood)
        network.graph["focus"] = iri
        diagram = build_diagram(network)
        looks = list(LOOKS)
        look_numbers = [looks.index(name) if name in LOOKS else -1 for name in diagram.families]
        for node in diagram.nodes:
            node.family = look_numbers[node.family] if node.family >= 0 else -1
        labels = self.graph.graph["families"]
        incomplete = any(not node.members and node.wide is not None and node.tall is None for node in diagram.nodes)
        legend = [
            "dashed: inferred" if any(edge.inferred for edge in diagram.edges) else "",
            "red: disputed" if any(edge.disputed for edge in diagram.edges) else "",
            "only the best connected are drawn" if incomplete else "",
        ]
        return {
            "drawn": Markup(render_svg(diagram, LOOKS, title, "tall")),  # noqa: S704  texts are escaped where it is made
            "signs": "; ".join(entry for entry in legend if entry),
            "families": [
                {
                    "label": labels.get(looks[number], {}).get("label", looks[number]),
                    "icon": _icon(looks[number], number),
                }
                for number in sorted(
                    {node.family for node in diagram.nodes if node.tall is not None and node.family >= 0}
                )
            ],
        }


def _in_tense(wording: str, over: list[bool]) -> str:
    """The words of several relationships, of which some or all have ended."""
    return past_wording(wording) if all(over) else timeless_wording(wording) if any(over) else wording


def _icon(family: str, number: int) -> Markup:
    """The symbol of a family beside its name; `number` is its class in the drawing."""
    from markupsafe import Markup

    from partnergraph.page.svg import symbol_svg

    shape = symbol_svg(LOOKS[family].shape, 11, 11, 7.5, f'class="f{number}"')
    return Markup(ICON.format(shape))  # noqa: S704  our own SVG: nothing in it comes from the graph
