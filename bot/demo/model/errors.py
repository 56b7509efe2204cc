"""Why the embedded model is not there, as a tree.

    EmbeddedModelError
    ├── WeightsError   the model file is missing, damaged or cannot be fetched
    ├── EngineError    llama.cpp could not load the model, or ended
    └── TooLongError   the prompt does not fit the context, and must not be cut

Every message says what to do or what was found.
"""

from __future__ import annotations


class EmbeddedModelError(Exception):
    """Any failure of the embedded model."""


class WeightsError(EmbeddedModelError):
    """The model file is missing, damaged or cannot be fetched."""


class EngineError(EmbeddedModelError):
    """llama.cpp could not load the model, or has ended."""


class TooLongError(EmbeddedModelError):
    """The prompt does not fit the context, and the caller forbade to cut it."""
