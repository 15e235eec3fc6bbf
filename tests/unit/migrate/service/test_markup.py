"""XML and HTML in values: laid out for people, and the same to a program."""

from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mimas.configuration.canonical import as_yaml
from mimas.migrate.service.markup import laid_out

LONG = "x" * 130


def same(text: str) -> list[tuple[str, dict[str, str], str, str]]:
    """What a program reads: each element with its attributes, and texts without the spaces around them."""
    root = ET.fromstring(text)
    return [(one.tag, dict(one.attrib), (one.text or "").strip(), (one.tail or "").strip()) for one in root.iter()]


def test_a_workflow_in_one_line_gets_several() -> None:
    text = f'<a xmlns:n="u"><!-- c --><n:b A="{LONG}"/><c><d>text</d><e></e></c></a>'
    assert (
        laid_out(text)
        == f"""\
<a xmlns:n="u">
  <!-- c -->
  <n:b A="{LONG}"/>
  <c>
    <d>text</d>
    <e></e>
  </c>
</a>"""
    )
    assert same(laid_out(text)) == same(text)


def test_what_cannot_be_seen_is_taken_away() -> None:
    assert laid_out("<a>\t\r\n\t<b/>  \r\n</a>\r\n") == "<a>\n  <b/>\n</a>"
    assert as_yaml({"x": laid_out("<a>\t\n\t<b/> \n</a>")}).startswith("x: |-\n")


@pytest.mark.parametrize("text", ["", "plain text", "short <b/>", f"<a>{LONG}", f"{LONG} <a/><b/>", "<" + LONG])
def test_what_is_no_xml_stays(text: str) -> None:
    assert laid_out(text) == text


NAMES = st.sampled_from(["a", "b", "c"])
TREES = st.recursive(
    st.builds(lambda name, text: f"<{name}>{text}</{name}>", NAMES, st.sampled_from(["", "t", "<x/>", "t<x/>u"])),
    lambda inner: st.builds(
        lambda name, parts, value: f'<{name} v="{value}">{"".join(parts)}</{name}>',
        NAMES,
        st.lists(inner, max_size=4),
        st.sampled_from(["", "y", "w" * 90]),
    ),
    max_leaves=12,
)


@given(TREES)
def test_it_says_the_same(text: str) -> None:
    assert same(laid_out(text)) == same(text)
