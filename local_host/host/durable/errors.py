"""Errors inside the engine.

ReplayError                      the instance fails, with this message as its output
├── NonDeterministicError        the replay scheduled something other than the history records
├── UnsupportedActionError       the orchestrator scheduled an action that this host lacks
└── CustomStatusTooLargeError    the custom status exceeds the limit
CallFailedError                  a call failed; the SDK raises the failure in the orchestrator
"""


class ReplayError(Exception):
    """The replay of an orchestration failed."""


class NonDeterministicError(ReplayError):
    """The replay scheduled something other than the history records."""


class UnsupportedActionError(ReplayError):
    """The orchestrator scheduled an action that this host lacks."""


class CustomStatusTooLargeError(ReplayError):
    """The custom status exceeds the limit."""


class CallFailedError(Exception):
    """A call of the orchestrator failed."""
