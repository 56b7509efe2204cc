"""Questions twice: over the semantic model, and as a person would write them over the tables.

By hand means: joined along foreign keys to the division, `event_division_pools = $1` there, and
deleted rows left out; no fence, no column that nobody asked for. $1 is one event's uuid. Both give
the same rows, which the bench checks.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Pair:
    """One question: over the semantic model (`asked`), and by hand."""

    name: str
    asked: str
    by_hand: str


_ALIVE = "d.event_division_pools = $1 AND d.deleted_at IS NULL"
_PLAYED = "lower(g.status) IN ('finished', 'ended', 'completed')"

PAIRS = (
    Pair(
        "number of teams",
        "SELECT count(*) FROM teams",
        f"""SELECT count(*) FROM public.teams AS t
        JOIN public.division_pools AS d ON d.id = t.division_pool_teams
        WHERE {_ALIVE} AND t.deleted_at IS NULL""",
    ),
    Pair(
        "teams per division",
        "SELECT division, count(*) AS teams FROM teams GROUP BY division ORDER BY division",
        f"""SELECT d.name, count(*) FROM public.teams AS t
        JOIN public.division_pools AS d ON d.id = t.division_pool_teams
        WHERE {_ALIVE} AND t.deleted_at IS NULL GROUP BY d.name ORDER BY d.name""",
    ),
    Pair(
        "seeds of one division",
        "SELECT seed, name FROM teams WHERE division = 'Open' ORDER BY seed, name",
        f"""SELECT t.initial_seed, t.name FROM public.teams AS t
        JOIN public.division_pools AS d ON d.id = t.division_pool_teams
        WHERE {_ALIVE} AND d.name = 'Open' AND t.deleted_at IS NULL
        ORDER BY t.initial_seed, t.name""",
    ),
    Pair(
        "players per team",
        """SELECT t.name, count(p.id) AS players FROM teams AS t
        LEFT JOIN players AS p ON p.team_id = t.id GROUP BY t.id ORDER BY players DESC, t.name""",
        f"""SELECT t.name, count(p.id) AS players FROM public.teams AS t
        JOIN public.division_pools AS d ON d.id = t.division_pool_teams
        LEFT JOIN public.players AS p ON p.team_players = t.id AND p.deleted_at IS NULL
        WHERE {_ALIVE} AND t.deleted_at IS NULL GROUP BY t.id ORDER BY players DESC, t.name""",
    ),
    Pair(
        "schedule",
        """SELECT scheduled_at, field, division, home_team, away_team FROM games
        WHERE status = 'scheduled' ORDER BY scheduled_at, field LIMIT 10""",
        f"""SELECT g.scheduled_time, f.name, d.name, h.name, a.name FROM public.games AS g
        JOIN public.division_pools AS d ON d.id = g.division_pool_games
        LEFT JOIN public.fields AS f ON f.id = g.field_games AND f.deleted_at IS NULL
        LEFT JOIN public.teams AS h ON h.id = g.team_home_games AND h.deleted_at IS NULL
        LEFT JOIN public.teams AS a ON a.id = g.team_away_games AND a.deleted_at IS NULL
        WHERE {_ALIVE} AND g.deleted_at IS NULL AND lower(g.status) = 'scheduled'
        ORDER BY g.scheduled_time, f.name LIMIT 10""",
    ),
    Pair(
        "games by status",
        "SELECT status, count(*) AS games FROM games GROUP BY status ORDER BY status",
        f"""SELECT CASE WHEN {_PLAYED} THEN 'finished'
          WHEN lower(g.status) IN ('canceled', 'cancelled') THEN 'canceled'
          ELSE lower(g.status) END AS state, count(*) FROM public.games AS g
        JOIN public.division_pools AS d ON d.id = g.division_pool_games
        WHERE {_ALIVE} AND g.deleted_at IS NULL GROUP BY state ORDER BY state""",
    ),
    Pair(
        "finals",
        """SELECT division, winner, home_team, home_score, away_score, away_team FROM games
        WHERE round_type = 'final' AND status = 'finished' ORDER BY division""",
        f"""SELECT d.name, CASE WHEN g.home_team_score > g.away_team_score THEN h.name
          WHEN g.home_team_score < g.away_team_score THEN a.name END,
          h.name, g.home_team_score, g.away_team_score, a.name FROM public.games AS g
        JOIN public.division_pools AS d ON d.id = g.division_pool_games
        JOIN public.game_rounds AS r ON r.id = g.game_round_games AND r.deleted_at IS NULL
        LEFT JOIN public.teams AS h ON h.id = g.team_home_games AND h.deleted_at IS NULL
        LEFT JOIN public.teams AS a ON a.id = g.team_away_games AND a.deleted_at IS NULL
        WHERE {_ALIVE} AND g.deleted_at IS NULL AND r.round_type = 'final' AND {_PLAYED}
        ORDER BY d.name""",
    ),
    Pair(
        "biggest wins",
        """SELECT team, goals_for, goals_against, opponent FROM team_games WHERE result = 'win'
        ORDER BY goal_difference DESC, goals_for DESC, team, opponent LIMIT 5""",
        f"""SELECT h.name, s.ours, s.theirs, a.name FROM public.games AS g
        JOIN public.division_pools AS d ON d.id = g.division_pool_games
        CROSS JOIN LATERAL (
          SELECT g.team_home_games AS team, g.team_away_games AS opponent,
                 g.home_team_score AS ours, g.away_team_score AS theirs
          UNION ALL
          SELECT g.team_away_games, g.team_home_games, g.away_team_score, g.home_team_score
        ) AS s
        JOIN public.teams AS h ON h.id = s.team AND h.deleted_at IS NULL
        LEFT JOIN public.teams AS a ON a.id = s.opponent AND a.deleted_at IS NULL
        WHERE {_ALIVE} AND g.deleted_at IS NULL AND {_PLAYED} AND s.ours > s.theirs
        ORDER BY s.ours - s.theirs DESC, s.ours DESC, h.name, a.name LIMIT 5""",
    ),
    Pair(
        "top scorers",
        """SELECT player, team, sum(goals) AS goals FROM player_stats
        GROUP BY player_id, player, team ORDER BY goals DESC, player LIMIT 5""",
        f"""SELECT p.name, t.name, sum(s.goals) AS goals FROM public.scorings AS s
        JOIN public.games AS g ON g.id = s.game_scores AND g.deleted_at IS NULL
        JOIN public.division_pools AS d ON d.id = g.division_pool_games
        LEFT JOIN public.players AS p ON p.id = s.player_scores AND p.deleted_at IS NULL
        LEFT JOIN public.teams AS t ON t.id = p.team_players AND t.deleted_at IS NULL
        WHERE {_ALIVE} AND s.deleted_at IS NULL
        GROUP BY s.player_scores, p.name, t.name ORDER BY goals DESC, p.name LIMIT 5""",
    ),
    Pair(
        "best spirit",
        """SELECT team, round(avg(total), 2) AS spirit FROM spirit_scores
        WHERE team IS NOT NULL GROUP BY team_id, team ORDER BY spirit DESC, team LIMIT 5""",
        f"""SELECT t.name, round(avg(s.rules_knowledge + s.fouls_body_contact
          + s.fair_mindedness + s.attitude + s.communication), 2) AS spirit
        FROM public.spirit_scores AS s
        JOIN public.games AS g ON g.id = s.game_spirit_scores AND g.deleted_at IS NULL
        JOIN public.division_pools AS d ON d.id = g.division_pool_games
        JOIN public.teams AS t ON t.id = s.team_spirit_scores_received AND t.deleted_at IS NULL
        WHERE {_ALIVE} AND s.deleted_at IS NULL
        GROUP BY t.id, t.name ORDER BY spirit DESC, t.name LIMIT 5""",
    ),
    Pair(
        "join of four",
        """SELECT t.name, sum(s.goals) AS goals, count(DISTINCT g.id) AS games
        FROM teams AS t JOIN players AS p ON p.team_id = t.id
        JOIN player_stats AS s ON s.player_id = p.id JOIN games AS g ON g.id = s.game_id
        WHERE p.gender = 'female' GROUP BY t.id, t.name ORDER BY goals DESC, t.name""",
        f"""SELECT t.name, sum(s.goals) AS goals, count(DISTINCT g.id) FROM public.teams AS t
        JOIN public.division_pools AS d ON d.id = t.division_pool_teams
        JOIN public.players AS p ON p.team_players = t.id AND p.deleted_at IS NULL
        JOIN public.scorings AS s ON s.player_scores = p.id AND s.deleted_at IS NULL
        JOIN public.games AS g ON g.id = s.game_scores AND g.deleted_at IS NULL
        JOIN public.division_pools AS gd ON gd.id = g.division_pool_games
          AND gd.event_division_pools = $1 AND gd.deleted_at IS NULL
        WHERE {_ALIVE} AND t.deleted_at IS NULL AND p.gender = 'female'
        GROUP BY t.id, t.name ORDER BY goals DESC, t.name""",
    ),
    Pair(
        "window: best scorer of each team",
        """SELECT team, player, goals FROM (
          SELECT team, player, sum(goals) AS goals, row_number() OVER (
            PARTITION BY team ORDER BY sum(goals) DESC, player) AS place
          FROM player_stats WHERE team IS NOT NULL GROUP BY team, player_id, player) AS ranked
        WHERE place = 1 ORDER BY goals DESC, team""",
        f"""SELECT team, player, goals FROM (
          SELECT t.name AS team, p.name AS player, sum(s.goals) AS goals, row_number() OVER (
            PARTITION BY t.name ORDER BY sum(s.goals) DESC, p.name) AS place
          FROM public.scorings AS s
          JOIN public.games AS g ON g.id = s.game_scores AND g.deleted_at IS NULL
          JOIN public.division_pools AS d ON d.id = g.division_pool_games
          JOIN public.players AS p ON p.id = s.player_scores AND p.deleted_at IS NULL
          JOIN public.teams AS t ON t.id = p.team_players AND t.deleted_at IS NULL
          WHERE {_ALIVE} AND s.deleted_at IS NULL GROUP BY t.name, p.id, p.name) AS ranked
        WHERE place = 1 ORDER BY goals DESC, team""",
    ),
    Pair(
        "standings of one division",
        """SELECT rank, team, played, wins, losses, points, goal_difference FROM standings
        WHERE division = 'Open' ORDER BY rank""",
        f"""WITH sides AS (
          SELECT x.* FROM public.games AS g
          JOIN public.division_pools AS d ON d.id = g.division_pool_games
          CROSS JOIN LATERAL (
            SELECT g.team_home_games AS team, g.team_away_games AS opponent,
                   g.home_team_score AS ours, g.away_team_score AS theirs
            UNION ALL
            SELECT g.team_away_games, g.team_home_games, g.away_team_score, g.home_team_score
          ) AS x
          WHERE {_ALIVE} AND g.deleted_at IS NULL AND {_PLAYED}
        ), results AS (
          SELECT team, count(*) AS played, count(*) FILTER (WHERE ours > theirs) AS wins,
                 count(*) FILTER (WHERE ours < theirs) AS losses,
                 sum(CASE WHEN ours > theirs THEN 3 WHEN ours = theirs THEN 1 ELSE 0 END) AS points,
                 sum(ours) AS goals, sum(ours) - sum(theirs) AS difference
          FROM sides GROUP BY team
        ), tied AS (
          SELECT a.team, sum(CASE WHEN s.ours > s.theirs THEN 3
                                  WHEN s.ours = s.theirs THEN 1 ELSE 0 END) AS points
          FROM sides AS s
          JOIN public.teams AS t ON t.id = s.team
          JOIN public.teams AS o ON o.id = s.opponent
            AND o.division_pool_teams = t.division_pool_teams
          JOIN results AS a ON a.team = s.team
          JOIN results AS b ON b.team = s.opponent AND b.points = a.points
            AND b.difference = a.difference AND b.goals = a.goals
          GROUP BY a.team
        )
        SELECT row_number() OVER (ORDER BY coalesce(r.points, 0) DESC,
                 coalesce(r.difference, 0) DESC, coalesce(r.goals, 0) DESC,
                 coalesce(h.points, 0) DESC, t.name, t.id) AS rank,
               t.name, coalesce(r.played, 0), coalesce(r.wins, 0), coalesce(r.losses, 0),
               coalesce(r.points, 0), coalesce(r.difference, 0)
        FROM public.teams AS t
        JOIN public.division_pools AS d ON d.id = t.division_pool_teams
        LEFT JOIN results AS r ON r.team = t.id LEFT JOIN tied AS h ON h.team = t.id
        WHERE {_ALIVE} AND d.name = 'Open' AND t.deleted_at IS NULL ORDER BY rank""",
    ),
    Pair(
        "goals by half hour",
        """SELECT minute / 30 AS half_hour, count(*) AS goals FROM game_events
        WHERE event_type = 'goal' GROUP BY half_hour ORDER BY half_hour""",
        f"""SELECT e.minute / 30 AS half_hour, count(*) FROM public.game_events AS e
        JOIN public.games AS g ON g.id = e.game_game_events AND g.deleted_at IS NULL
        JOIN public.division_pools AS d ON d.id = g.division_pool_games
        WHERE {_ALIVE} AND e.deleted_at IS NULL AND e.event_type = 'goal'
        GROUP BY half_hour ORDER BY half_hour""",
    ),
    Pair(
        "most nominated",
        """SELECT player, team, count(*) AS nominations FROM mvp_nominations
        WHERE player IS NOT NULL GROUP BY player_id, player, team
        ORDER BY nominations DESC, player LIMIT 10""",
        f"""SELECT p.name, t.name, count(*) AS nominations FROM public.mvp_nominations AS n
        JOIN public.spirit_scores AS s ON s.id = n.spirit_score_mvp_nominations
          AND s.deleted_at IS NULL
        JOIN public.games AS g ON g.id = s.game_spirit_scores AND g.deleted_at IS NULL
        JOIN public.division_pools AS d ON d.id = g.division_pool_games
        JOIN public.players AS p ON p.id = n.player_mvp_nominations AND p.deleted_at IS NULL
        JOIN public.teams AS t ON t.id = p.team_players AND t.deleted_at IS NULL
        WHERE {_ALIVE} GROUP BY p.id, p.name, t.name ORDER BY nominations DESC, p.name LIMIT 10""",
    ),
)
