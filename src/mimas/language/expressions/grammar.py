"""The grammar of expressions.

Entra Connect's documentation says that all operators have equal priority. Its own stock rules cannot be read that way:
``IsPresent([a]) || IsPresent([b]) = False || [b] = "c"`` would compare the outcome of ``||`` with text. Hence three
levels, each from left to right without further priority: ``&& ||`` bind least, then the comparisons, then ``+ - * &``.
``2 + 5 * 3`` is 21, as documented.
"""

GRAMMAR = r"""
?start: logic

?logic: compare
      | logic LOGIC compare        -> operation

?compare: sum
        | compare COMPARISON sum   -> operation

?sum: atom
    | sum PLUS atom                -> operation
    | sum MINUS atom               -> operation
    | sum TIMES atom               -> operation
    | sum AMPERSAND atom           -> operation

?atom: NUMBER                      -> number
     | HEXADECIMAL                 -> hexadecimal
     | TEXT                        -> text
     | ATTRIBUTE                   -> attribute
     | PARAMETER                   -> parameter
     | VARIABLE                    -> variable
     | NAME                        -> name
     | NAME "(" ")"                -> call
     | NAME "(" logic ("," logic)* ")" -> call
     | MINUS atom                  -> negative
     | "(" logic ")"

LOGIC: "&&" | "||"
COMPARISON: "<=" | ">=" | "<>" | "<" | ">" | "="
PLUS: "+"
MINUS: "-"
TIMES: "*"
AMPERSAND: "&"
NUMBER: /[0-9]+(\.[0-9]+)?/
HEXADECIMAL: /&[Hh][0-9A-Fa-f]+/
TEXT: /"(""|[^"])*"/
ATTRIBUTE: /\[[^\[\]]+\]/
PARAMETER: /%[A-Za-z][A-Za-z0-9_. -]*%/
VARIABLE: /\$[A-Za-z_][A-Za-z0-9_]*/
NAME: /[A-Za-z_][A-Za-z0-9_.]*/

%import common.WS
%ignore WS
"""
