"""Which tables a language model is told about, where all of them do not fit its prompt.

    Retrieval.tables(question, always)   → names of tables, in the model file's order

`documents.py` says what is compared with a question, `choose.py` what is taken; `retrieval.py`
embeds (Ollama), keeps (pgvector) and falls back to likeness of words when either is missing.
"""

from bot.answering.retrieval.budget import Budget
from bot.answering.retrieval.retrieval import Retrieval, retrieval_for

__all__ = ["Budget", "Retrieval", "retrieval_for"]
