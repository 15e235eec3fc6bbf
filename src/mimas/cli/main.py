"""The entry of the ``mimas`` command.

Importing everything would cost seconds, so each command imports what it needs when it runs.
"""

import sys


def main() -> None:
    """Run the command line."""
    if sys.argv[1:] == ["--version"]:
        from mimas import __version__

        print(f"mimas {__version__}")
        return
    from mimas.cli.app import app

    app()


if __name__ == "__main__":
    main()
