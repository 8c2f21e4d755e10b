"""What is refused, by the names and about in the words of AWS."""


class Refusal(Exception):
    """The message is the one of the answer."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def invalid(message: str) -> Refusal:
    return Refusal("ValidationException", message)


def not_found(message: str) -> Refusal:
    return Refusal("ObjectNotFoundException", message)
