"""`eval` and `eval-compare` as processes, against a scripted language model."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from pathlib import Path

from bot.demo.sample import SampleDatabase
from tests.cli.test_cli import run
from tests.plugins.house import MODEL, ScriptedOllama

COUNT = "SELECT count(*) FROM teams"


def line(number: str, question: str, *gold: str) -> str:
    """A question about the live event."""
    expect = "rows" if gold else "refusal"
    fields = {"id": number, "question": question, "event": "spring-classic", "gold": gold}
    return json.dumps({**fields, "expect": expect})


async def test_runs_are_kept_resumed_and_compared(
    tournament: SampleDatabase,
    ollama: ScriptedOllama,
    redis_url: str,
    fresh_database: Callable[[], Awaitable[str]],
    tmp_path: Path,
) -> None:
    """Neither a finished run nor kept drafts are asked again; another prompt is; runs compare."""
    ollama.answers["teams in all"] = COUNT
    environment = {
        "DATABASE_URL": tournament.reader_url,
        "BOT_DATABASE_URL": await fresh_database(),
        "REDIS_URL": redis_url,
        "OLLAMA_BASE_URL": ollama.url,
        "OLLAMA_MODEL": MODEL,
    }
    file = tmp_path / "questions.jsonl"
    file.write_text(line("1", "teams in all", COUNT) + "\n" + line("2", "weather"))

    async def evaluated(*options: str) -> tuple[int, str, str]:
        return await run("eval", str(file), *options, environment=environment, cwd=tmp_path)

    code, out, errors = await evaluated(
        "--save", "full.jsonl", "--drafts", "drafts.jsonl", "--json"
    )
    assert code == 0, errors
    (report,) = json.loads(out)
    assert (report["right"], report["copies"], report["leak_rate"]) == (1.0, 1, None)
    assert report["median_seconds"] > 0
    asked = len(ollama.asked)
    code, out, errors = await evaluated("--drafts", "drafts.jsonl", "--json")
    assert (code, len(ollama.asked)) == (0, asked), errors
    (again,) = json.loads(out)
    assert (again["right"], again["median_seconds"]) == (1.0, None)
    assert [each["remembered"] for each in again["questions"]] == [True, True]
    code, out, errors = await evaluated("--save", "full.jsonl")
    assert (code, len(ollama.asked)) == (0, asked), errors
    assert "execution accuracy" in out
    code, _out, errors = await evaluated("--save", "full.jsonl", "--prompt", "raw")
    assert (code, "holds another run" in errors) == (2, True)
    ollama.answers["teams in all"] = "SELECT count(*) FROM players"
    code, _out, errors = await evaluated("--save", "raw.jsonl", "--prompt", "raw")
    assert code == 0, errors
    assert ollama.asked[-1].endswith("Return only SQL.")
    code, out, errors = await run("eval-compare", "full.jsonl", "raw.jsonl", cwd=tmp_path)
    assert code == 0, errors
    assert "2 → 1 right of 2: 0 better, 1 worse; sign test p = 1.000, may well be chance." in out


async def test_wrong_use_is_one_line(tmp_path: Path) -> None:
    """An unknown part or group, and a file that is no run: exit 2, no traceback."""
    file = tmp_path / "questions.jsonl"
    file.write_text(line("1", "teams in all", COUNT))
    for arguments, said in (
        (("eval", str(file), "--without", "colour"), "There are: "),
        (("eval", str(file), "--only", "harder"), "Groups: "),
        (("eval-compare", str(file), str(file)), "holds no judged question"),
        (("eval-compare", str(tmp_path / "none.jsonl"), str(file)), "none.jsonl is no run"),
    ):
        code, _out, errors = await run(*arguments, cwd=tmp_path)
        assert code == 2, errors
        assert said in errors
        assert "Traceback" not in errors
