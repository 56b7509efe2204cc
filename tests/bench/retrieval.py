"""How many needed tables are found on the schema of 200, by embeddings and by words.

python -m tests.bench.retrieval
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

import numpy as np

from bot.answering.retrieval.budget import Budget, costs
from bot.answering.retrieval.choose import choose
from bot.answering.retrieval.documents import documents
from bot.answering.retrieval.retrieval import best, by_words
from bot.semantic import load
from tests.plugins.big_schema import big_schema
from tests.plugins.embedding import load_embedder

_PLUGINS = Path(__file__).parents[1] / "plugins"
_NEAREST = 60


def main() -> None:
    """Print a line for each way at each budget."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "big.yml"
        path.write_text(big_schema().model, encoding="utf-8")
        model = load(path)
    texts, cost = documents(model), costs(model)
    asked = [json.loads(line) for line in (_PLUGINS / "big_questions.jsonl").open()]
    embedder = load_embedder(Path.home() / ".cache" / "game-stats-bot" / "models")
    near = (
        np.array(embedder.embed([each["question"] for each in asked]))
        @ np.array(embedder.embed([each.text for each in texts])).T
    )
    for num_ctx in (4096, 3072, 2304):
        budget = Budget.of(num_ctx, 512).characters
        for way in ("embeddings", "words", "both"):
            found = whole = needed = shown = 0
            for place, each in enumerate(asked):
                top = np.argsort(-near[place])[:_NEAREST]
                meant = best((texts[t].tables, float(near[place][t])) for t in top)
                scores = {"embeddings": meant, "words": by_words(each["question"], texts)}
                scores["both"] = _both(scores["embeddings"], scores["words"])
                taken = set(choose(model, scores[way], cost, budget))
                want = set(each["tables"])
                found, needed = found + len(want & taken), needed + len(want)
                whole, shown = whole + (want <= taken), shown + len(taken)
            print(
                f"num_ctx {num_ctx}  {way:10}  tables {found} of {needed}"
                f"  questions {whole} of {len(asked)}  shown {shown / len(asked):.1f}"
            )


def _both(one: dict[str, float], other: dict[str, float]) -> dict[str, float]:
    """Ranks of both added up, each as 1 / (60 + rank)."""
    scores: dict[str, float] = {}
    for each in (one, other):
        for rank, name in enumerate(sorted(each, key=lambda name: -each[name])):
            scores[name] = scores.get(name, 0.0) + 1 / (60 + rank)
    return scores


if __name__ == "__main__":
    main()
