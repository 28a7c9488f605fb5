"""The errors whose message is meant for the user.  Nothing is imported: start-up needs them."""


class HighlightCutsError(Exception):
    """Base of all errors whose message is meant for the user, as whole sentences."""


class BadInputError(HighlightCutsError):
    """What the user gave (a file, a value, a pick) cannot be used.  The CLI exits with 2."""


class JobFailedError(HighlightCutsError):
    """The input was fine but the job could not be finished.  The CLI exits with 1."""


class CancelledError(HighlightCutsError):
    """The user stopped the job; nothing half-written remains."""
