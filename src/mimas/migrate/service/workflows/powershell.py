"""PowerShell scripts that stood in a workflow, as files that read and write JSON, as `RunScript` has it."""

_HEAD = """\
# A workflow of the portal held this script, which MIMWAL ran within the Service. Its parameters come as JSON now, and
# what it gives goes out as JSON. Modules of Windows, and of the Service, are not there.
$given = @{}
$text = [Console]::In.ReadToEnd()
if ($text) { (ConvertFrom-Json $text).PSObject.Properties | ForEach-Object { $given[$_.Name] = $_.Value } }
$script = {
"""
_TAIL = """
}
$found = & $script @given @args
"""


def script(text: str, result: str, *, table: bool) -> str:
    """The file of a script. ``result``: under which name one value is kept; ``table``: it gives a table of such."""
    tail = _TAIL
    if table:
        tail += "ConvertTo-Json -Compress $found\n"
    elif result:
        tail += f"ConvertTo-Json -Compress @{{ '{result.replace(chr(39), chr(39) * 2)}' = $found }}\n"
    return f"{_HEAD}{text.strip()}{tail}"
