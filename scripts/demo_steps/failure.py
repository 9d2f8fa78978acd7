"""What ends the demo."""


class Failure(Exception):
    """Something did not go as it should; the text is one sentence for the reader."""
