"""The glossary: on every page, a term is explained where it first stands, in the same words."""

import json
import re
from collections.abc import Iterator
from typing import NamedTuple

import pytest

from tests.app.conftest import ENTRY
from ui.shell import glossary

PAGES = [ENTRY.name, *(f"pages/{path.name}" for path in sorted((ENTRY.parent / "pages").glob("*.py")))]


class Passage(NamedTuple):
    """What stands on a page without a click, and what its help says."""

    words: str
    help: str


def passages(app) -> Iterator[Passage]:
    """Titles, sentences, captions, formulas, figures, charts and components of a page, from top to bottom.

    Tables, bars and charts have no help of their own: the sentence above them explains them. A component
    explains its own words.
    """
    above = Passage("", "")
    for element in app.main:
        if element.type in ("title", "header", "subheader", "markdown", "caption", "latex"):
            above = Passage(element.value, element.proto.help)
            yield above
        elif element.type == "metric":
            yield Passage(f"{element.label} {element.value}", element.proto.help)
        elif element.type == "table":
            yield Passage(element.value.to_csv(), above.words + above.help)
        elif element.type == "html":
            yield Passage(re.sub(r"<.*?>", " ", element.proto.body), above.words + above.help)
        elif element.type == "plotly_chart":
            yield Passage(on_chart(element.proto.spec), above.words + above.help)
        elif element.type == "bidi_component":
            yield Passage(in_component(element.proto.html_content), "")
        elif element.type == "image":
            yield Passage("\n".join(picture.caption for picture in element.proto.imgs), "")


def on_chart(spec: str) -> str:
    """What the axes and the legend of a chart say."""
    chart = json.loads(spec)
    titles = (chart["layout"].get(axis, {}).get("title", {}).get("text", "") for axis in ("xaxis", "yaxis"))
    return "\n".join([*titles, *(trace.get("name") or "" for trace in chart["data"])])


def in_component(html: str) -> str:
    """What stands in a component, and what it says of its parts as they are pointed at."""
    said = re.findall(r'(?:data-title|data-words|aria-label)="(.*?)"', html)
    return "\n".join([re.sub(r"<.*?>", " ", html, flags=re.DOTALL), *said])


def first_with(term: str, page: list[Passage]) -> Passage | None:
    """Where a term first stands, whatever a definition in the glossary would find."""
    ending = "" if term.endswith("s") else "s?"
    pattern = re.compile(rf"(?<![A-Za-z]){re.escape(term)}{ending}(?![A-Za-z])", re.IGNORECASE)
    return next((passage for passage in page if pattern.search(passage.words)), None)


def sections(path: str) -> list[str]:
    """The keys of a page's sections, in its source."""
    source = (ENTRY.parent / path).read_text(encoding="utf-8")
    keys = re.findall(r'frame\.section\(\s*f?"[^"]*",\s*"(\w+)"', source)
    return [*keys, *(["why"] if "frame.what_is_happening(" in source else [])]


@pytest.mark.parametrize(
    ("path", "key"), [(path, key) for path in PAGES for key in (None, *sections(path))], ids=str
)
def test_every_term_is_explained_where_it_first_stands(open_page, path, key):
    """On the page as it opens, and where one of its sections is opened before any other."""
    app = open_page(path, **({key: "true"} if key else {}))
    assert not app.exception
    assert len([fold for fold in app.expander if fold.label]) >= len(sections(path))
    page = list(passages(app))
    assert len(page) > 5
    found = {term: first_with(term, page) for term in glossary.TERMS}
    unexplained = {
        term: passage.words
        for term, passage in found.items()
        if passage and glossary.gloss(term) not in passage.words + passage.help
    }
    assert not unexplained


def test_the_page_of_the_theory_uses_and_explains_its_terms(open_page):
    path = "pages/how_it_works.py"
    page = list(passages(open_page(path, **dict.fromkeys(sections(path), "true"))))
    terms = {term for term in glossary.TERMS if first_with(term, page)}
    assert {"nats", "dB", "KL", "prior", "posterior", "latent code", "ELBO"} <= terms


def test_a_gloss_is_short_and_explains_no_term_by_another():
    for term in glossary.TERMS:
        gloss = glossary.gloss(term)
        assert 3 <= len(gloss.split()) <= 20
        others = set(glossary.terms_in(gloss)) - {term}
        assert not others, f"{term} is explained by {others}"


def test_help_explains_each_term_of_a_text_once():
    said = glossary.help_on("Two baselines and one baseline, 20.1 dB against 19 dB")
    assert said == f"**dB**: {glossary.gloss('dB')}.\n\n**baseline**: {glossary.gloss('baseline')}."
    assert glossary.help_on("priority, sandbank, a kludge") is None
    with pytest.raises(KeyError):
        glossary.gloss("coin toss")
