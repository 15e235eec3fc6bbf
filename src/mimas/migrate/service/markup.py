"""XML and HTML that stand in values, laid out so that people can read them, and compare them line by line."""

import re

from mimas.migrate.service.fragments import fragment

_TAG = re.compile(r"<!--.*?-->|<!\[CDATA\[.*?\]\]>|<[^>]+>", re.DOTALL)
_LONG = 120


def laid_out(text: str) -> str:
    """The text without what is not seen: tabs, and spaces at the ends of lines. XML in one long line gets several.

    A line is broken only between two tags, where no text stands.
    """
    lines = [line.expandtabs(2).rstrip() for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n")]
    tidy = "\n".join(lines).strip("\n")
    one_line = "\n" not in tidy and len(tidy) > _LONG
    return _broken(tidy) if one_line and tidy.lstrip().startswith("<") and fragment(tidy) is not None else tidy


def _broken(text: str) -> str:
    """XML with each tag that is followed by another one in a line of its own, set in by its depth."""
    tags = list(_TAG.finditer(text))
    depth, parts, last = 0, [], 0
    for number, tag in enumerate(tags):
        parts.append(text[last : tag.start()])
        closes, alone = tag[0].startswith("</"), tag[0].endswith("/>") or tag[0][1] in "!?"
        depth -= closes
        parts.append(tag[0])
        last = tag.end()
        depth += not closes and not alone
        following = tags[number + 1] if number + 1 < len(tags) else None
        if following is None or text[last : following.start()].strip():
            continue
        ends = following[0].startswith("</")
        # An element with nothing in it stays so.
        if not (ends and not closes and not alone):
            parts.append("\n" + "  " * (depth - ends))
            last = following.start()
    return "".join([*parts, text[last:]])
