"""A first semantic model for a database that nobody has described: `draft(survey, root)`.

It knows what the database says of itself (`survey`), finds for each table the way to the root
(`paths`), gives names that people use (`names`), leaves out what may be personal (`suspicion`) and
writes YAML that loads as it is (`write`). What it is not sure of it leaves out and says why.
"""

from bot.semantic.draft.survey import ColumnSeen, ForeignKey, Survey, TableSeen
from bot.semantic.draft.write import DraftError, draft

__all__ = ["ColumnSeen", "DraftError", "ForeignKey", "Survey", "TableSeen", "draft"]
