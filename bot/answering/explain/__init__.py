"""What a query computes, in one sentence of plain words, from its syntax tree.

    explain(query, model, events)   "Counts players per team in Spring Classic, largest five."

No language model says this: it is what a person checks before trusting a number. What the words
do not cover is owned up to ("with further conditions"); a sentence is vague before it is false.
"""

from bot.answering.explain.sentence import LENGTH, explain

__all__ = ["LENGTH", "explain"]
