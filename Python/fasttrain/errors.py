"""The errors of the library. Each has one line that says what, where, what was expected and what was found."""

from __future__ import annotations


class FasttrainError(Exception):
    """An error of fasttrain.

    Attributes:
        status: The exit code that the program `fasttrain` has for the same error.
    """

    status = 70


class UsageError(FasttrainError, ValueError):
    """A setting or an argument has a value that it cannot have, or that does not fit the others."""

    status = 64


class BadDataError(FasttrainError, ValueError):
    """Data is not as its format or its use requires."""

    status = 65


class FileError(FasttrainError, OSError):
    """A file does not exist, cannot be created, read or written, or belongs to another process."""

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.status = status


class DivergedError(FasttrainError, ArithmeticError):
    """The loss or a parameter became NaN or infinite."""

    status = 76


def error(status: int, message: str) -> FasttrainError:
    """Return the error that a status of the C interface stands for."""
    for kind in (UsageError, BadDataError, DivergedError):
        if kind.status == status:
            return kind(message)
    return FileError(message, status) if status in (66, 73, 74, 75) else FasttrainError(message)
