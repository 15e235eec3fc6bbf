"""What is told when a secret cannot be had."""


class SecretError(Exception):
    """A secret cannot be had. Neither part holds one.

    ``message`` says which and why, in words that can follow a colon: whoever wanted it says what for. ``advice`` says
    what to do.
    """

    def __init__(self, message: str, advice: str) -> None:
        super().__init__(f"{message} {advice}")
        self.message = message
        self.advice = advice
