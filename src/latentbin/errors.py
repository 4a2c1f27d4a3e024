"""The two exceptions that a user may see, and a helper for naming where a problem lies.

Anything else that escapes is a mistake of ours and keeps its traceback.
"""

from __future__ import annotations

from typing import Any


class UserError(Exception):
    """Input or surroundings are wrong; the message alone must be enough to mend them.

    Say which file, which record, what was expected, and what to do.
    """


class ContractError(UserError):
    """Two inputs that must agree do not.

    Parameters
    ----------
    message : what disagrees, and what to do
    expected, actual : the two values, kept as attributes so that callers can look at them
    """

    def __init__(self, message: str, *, expected: Any, actual: Any) -> None:
        super().__init__(message)
        self.expected = expected
        self.actual = actual
