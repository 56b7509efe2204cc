"""What an operator can mend, told from a bug: the exit code of each."""

from __future__ import annotations

from bot.answering.parts import PartsError
from bot.app import ConfigError
from bot.evaluation import CasesError
from bot.llm import LanguageModelError
from bot.semantic import SemanticModelError
from bot.store import BackupError, StoreError
from bot.warehouse import WarehouseError


def exit_code(error: Exception) -> int | None:
    """2 for wrong use or settings, 3 for a server that is down, None for a bug."""
    match error:
        case BackupError() | CasesError() | ConfigError() | PartsError() | SemanticModelError():
            return 2
        case LanguageModelError() | StoreError() | WarehouseError():
            return 3
        case _:
            return None
