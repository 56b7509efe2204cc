"""Which worked examples are near to a question, and how they speak of its names."""

from __future__ import annotations

from bot.answering.nearness import Name, named_by, pool, words_of

POOL = pool(
    [
        ("Whom did Comets beat?", "SELECT opponent FROM g WHERE team = 'Comets' AND r = 'win'"),
        ("Who beat Comets?", "SELECT opponent FROM g WHERE team = 'Comets' AND r = 'loss'"),
        ("Score of Comets against Ravens", "SELECT s FROM g WHERE h = 'Comets' AND a = 'Ravens'"),
        (
            "How many games on Sunday?",
            "SELECT n WHERE at >= '2027-05-02 00:00+00:00' AND at < '2027-05-03 00:00+00:00'",
        ),
        ("Who wears number 12?", "SELECT name FROM players WHERE jersey_number = 12"),
        ("Tell a joke", "NOT_ABOUT_DATA"),
    ]
)
SHARKS = (Name("the sharks", "Sharks", "team"),)
OPEN = (Name("open", "Open", "division"),)
DAY = ("'2026-07-04 00:00+02:00'", "'2026-07-05 00:00+02:00'")


def test_the_nearest_comes_first_and_speaks_of_our_names() -> None:
    """The example's team becomes the question's, in its words and in its SQL."""
    nearest, *rest = POOL.nearest("so whom did the sharks beat", SHARKS, None, 2)
    assert nearest == (
        "Whom did Sharks beat?",
        "SELECT opponent FROM g WHERE team = 'Sharks' AND r = 'win'",
    )
    assert len(rest) == 1


def test_a_name_of_another_kind_stays_out_of_an_example() -> None:
    """A division takes no team's place."""
    nearest, *_rest = POOL.nearest("whom did open beat", OPEN, None, 1)
    assert "'Comets'" in nearest[1]


def test_days_of_an_example_become_those_that_are_asked_about() -> None:
    """A span of time is copied from the example, so it has to be ours."""
    [nearest] = POOL.nearest("how many games are today", (), DAY, 1)
    assert nearest[1].endswith(f"at >= {DAY[0]} AND at < {DAY[1]}")


def test_a_question_that_differs_in_names_alone_has_its_sql() -> None:
    """No model is needed for it; articles and endings make no difference."""
    assert POOL.same("Whom did the sharks beat", SHARKS, None) == (
        "SELECT opponent FROM g WHERE team = 'Sharks' AND r = 'win'"
    )


def test_nothing_of_an_example_is_left_in_an_exact_answer() -> None:
    """Another order of words, a name or a number too many or too few, a day: a model's work."""
    two = (*SHARKS, Name("tides", "Tides", "team"))
    for question, names, days in (
        ("Did the sharks beat whom", SHARKS, None),
        ("Whom did Comets beat?", (), None),
        ("Whom did the sharks beat", OPEN, None),
        ("Score of the sharks against tides", two, None),
        ("How many games on Sunday?", (), None),
        ("Whom did the sharks beat", SHARKS, DAY),
        ("Who wears number 7 or 8?", (), None),
        ("Who wears number?", (), None),
        ("Tell a joke", (), None),
    ):
        assert POOL.same(question, names, days) is None
    assert POOL.same("How many games on Sunday?", (), DAY) is not None


def test_one_number_is_as_good_as_another() -> None:
    """The number that question and SQL have in common is the question's own, also in words."""
    for question, number in (("Who wears number 7?", "7"), ("who wears number seven", "7")):
        assert POOL.same(question, (), None) == (
            f"SELECT name FROM players WHERE jersey_number = {number}"
        )
    known = pool([("At least 3 of 4", "SELECT 3, 4"), ("Over 9", "SELECT n FROM p WHERE n >= 10")])
    assert known.same("At least 5 of 4", (), None) is None
    assert known.same("Over 9", (), None) is None


def test_words_that_only_ask_and_their_order_make_no_other_question() -> None:
    """Unless a word says who did it to whom."""
    known = pool(
        [
            ("Captains of Comets", "SELECT name FROM players WHERE team = 'Comets'"),
            ("Top team", "SELECT name FROM teams WHERE division = 'Mixed' LIMIT 1"),
        ]
    )
    for question in ("show me the sharks captains", "which are the captains of sharks"):
        sql = known.same(question, (Name("sharks", "Sharks", "team"),), None)
        assert sql == "SELECT name FROM players WHERE team = 'Sharks'"
    assert known.same("Top team", (), None) is None  # of Mixed, which it does not say


def test_a_quote_in_a_name_stays_inside_its_text() -> None:
    """A name goes into SQL as a text, whatever it holds."""
    names = (Name("o'neils", "O'Neils", "team"),)
    assert "team = 'O''Neils'" in (POOL.same("Whom did o'neils beat?", names, None) or "")


def test_what_words_are_compared() -> None:
    """Names by their kind, numbers alike, without case, accents, endings and empty words."""
    assert words_of("The TEAMS of Sharks wanted 12 goáls", (Name("Sharks", "Sharks", "team"),)) == {
        "<team>",
        "want",
        "#",
        "goal",
        "<team> want",
    }


def test_what_a_column_names() -> None:
    """A table's name column names a row of it."""
    assert named_by("teams.name") == "team"
    assert named_by("games.home_team") == "team"
