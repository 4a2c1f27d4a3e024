"""A package, because installed ones carry a `tests` of their own, which would be found first."""
