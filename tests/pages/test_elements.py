"""Elements: any text in any slot is read back as that text, and nothing else changes."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import PageIsNotSafe
from pipeline.pages.elements import VOID, Element, address, el, html, named, picture, text_of

# What a page can hold; a browser itself changes or drops the rest.
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"))
NASTY = st.one_of(
    TEXTS,
    st.sampled_from(
        [
            "</script><script>alert(1)</script>", "<!--", "-->", "]]>", "&amp;lt;", "&#60;b&#62;",
            "\r\n", '" onload="x', "' autofocus onfocus='x", "{{ 7*7 }}", "${x}", "`", "&copy",
        ]
    ),
)  # fmt: skip


class Reader(HTMLParser):
    """Reads a page back into a tree of tuples."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[tuple[str, dict[str, str | None], list[object]]] = [("root", {}, [])]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        node: tuple[str, dict[str, str | None], list[object]] = (tag, dict(attrs), [])
        self.open[-1][2].append(node)
        if tag not in VOID:
            self.open.append(node)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop()[0] == tag

    def handle_data(self, data: str) -> None:
        inside = self.open[-1][2]
        if inside and isinstance(inside[-1], str):
            inside[-1] += data
        else:
            inside.append(data)

    def handle_comment(self, data: str) -> None:
        pytest.fail(f"a comment: {data}")

    def handle_decl(self, decl: str) -> None:
        pytest.fail(f"a declaration: {decl}")

    def handle_pi(self, data: str) -> None:
        pytest.fail(f"an instruction: {data}")


def read(page: str) -> list[object]:
    reader = Reader()
    reader.feed(page)
    reader.close()
    assert len(reader.open) == 1
    return reader.open[0][2]


def shape(element: Element) -> tuple[str, dict[str, str | None], list[object]]:
    """Return a tree in the form in which it is read back, texts side by side joined."""
    inside: list[object] = []
    for child in element.children:
        if isinstance(child, Element):
            inside.append(shape(child))
        elif child and inside and isinstance(inside[-1], str):
            inside[-1] += child
        elif child:
            inside.append(child)
    given = {name: value or None for name, value in element.attributes}
    return (element.tag, given, inside)


ATTRIBUTES = st.dictionaries(st.sampled_from(["class", "title", "aria-label", "data-x"]), NASTY)
TREES = st.recursive(
    st.builds(el, st.sampled_from(["p", "bdi", "td"]), ATTRIBUTES, NASTY),
    lambda inner: st.builds(
        el,
        st.sampled_from(["div", "section", "ul"]),
        ATTRIBUTES,
        st.lists(st.one_of(inner, NASTY), max_size=4),
    ),
    max_leaves=12,
)


@given(TREES)
def test_any_text_in_any_slot_comes_back_as_itself_and_nothing_else_changes(tree: Element) -> None:
    assert read(html(tree)) == [shape(tree)]


def test_what_no_page_can_hold_becomes_a_mark() -> None:
    assert html(el("p", {}, "a\x00b\ud800c")) == "<p>a\ufffdb\ufffdc</p>"


def test_none_and_false_are_left_out_and_lists_are_laid_flat() -> None:
    made = el("ul", {"class": None, "hidden": True, "id": "x"}, [el("li", {}, 3), None], ["a", "b"])
    assert html(made) == '<ul hidden id="x"><li>3</li>ab</ul>'
    assert html(named("שלום", "he")) == '<bdi lang="he">שלום</bdi>'
    assert text_of(made) == "3ab"


@pytest.mark.parametrize("tag", ["script", "style", "iframe", "form", "link", "meta", "p onclick"])
def test_elements_that_could_run_or_send_are_not_made(tag: str) -> None:
    with pytest.raises(PageIsNotSafe):
        el(tag)


@pytest.mark.parametrize(
    "name", ["onclick", "ONLOAD", "style", "srcdoc", "src", "xlink:href", "formaction", "a b", ""]
)
def test_attributes_that_could_run_or_fetch_are_refused(name: str) -> None:
    with pytest.raises(PageIsNotSafe):
        el("p", {name: "x"})


@pytest.mark.parametrize(
    "good",
    [
        "map.html", "../index.html", "neighbourhoods/W01001234.html#top", "#main",
        "https://www.openstreetmap.org/copyright", "../../index.html", "map.html#c=park,v=1",
    ],
)  # fmt: skip
def test_addresses_of_files_beside_and_of_https_are_links(good: str) -> None:
    assert html(el("a", {"href": good})) == f'<a href="{good}"></a>'


@pytest.mark.parametrize(
    "bad",
    [
        "javascript:alert(1)", "JaVaScRiPt:x", " javascript:x", "java\nscript:x",
        "data:text/html,x", "//evil.example/x", "/etc/passwd", "http://example.org", "https://user:x@evil.example",
        "https:evil", "https://", "", "a/../../x y", "file:///etc", "\\\\evil\\x",
        "x.html?y=1", "..", "./x.html",
    ],
)  # fmt: skip
def test_other_addresses_are_refused_in_a_sentence(bad: str) -> None:
    with pytest.raises(PageIsNotSafe, match="is no address"):
        address(bad)


def test_pictures_are_in_the_page_or_not_at_all() -> None:
    assert picture("data:image/png;base64,AAAA")
    for bad in ("x.png", "https://example.org/x.png", "data:text/html;base64,AAAA"):
        with pytest.raises(PageIsNotSafe):
            picture(bad)


@pytest.mark.parametrize("tag", ["br", "img"])
def test_nothing_stands_in_an_element_that_cannot_hold_it(tag: str) -> None:
    with pytest.raises(PageIsNotSafe):
        el(tag, {}, "x")
