"""Texts that mean something to a name (RFC 4514), a filter (RFC 4515) or a parser, as people's names may hold them."""

TEXTS = [
    *(f"x{sign}y" for sign in ",+\"\\<>;=#*()/&|!~'\t\n\0"),
    " lead", "trail ", "  both  ", " ", "#1", "Zoë 李", "\\2C", 'a,b+c"d\\e<f>g;h=i#j*k(l)m',
]  # fmt: skip
