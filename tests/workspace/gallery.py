"""A Bolt app that shows every kind of block, for the page tests: mention it with a word."""

from __future__ import annotations

from typing import Any

from slack_bolt.async_app import AsyncApp

Json = dict[str, Any]


def plain(text: str) -> Json:
    """Return a plain text object."""
    return {"type": "plain_text", "text": text}


def raw(text: str) -> Json:
    """Return a table cell."""
    return {"type": "raw_text", "text": text}


TEAMS = [
    ("Tidal Wave", 13.4, 5),
    ("Moss & Stone", 12.9, 6),
    ("Northern Lights", 12.75, 4),
    ("Copper <b>Foxes</b>", 12.5, 6),
    ("Salt Flats", 12.0, 5),
    ("Paper Cranes", 11.8, 5),
    ("Quiet Riot", 11.25, 4),
]

SQL = """SELECT name, avg(total) AS spirit
  FROM teams JOIN spirit_scores USING (team_id)
 GROUP BY 1 ORDER BY 2 DESC LIMIT 5"""
MARKUP = "&lt;script&gt;alert(1)&lt;/script&gt; <!channel> *b* ~s~ :tada:\n```SELECT 1\n&gt; 2```"
FINDING = (
    "*Tidal Wave* leads with `13.40` of <https://example.org|spirit>, _so far_.\n"
    "&gt; &lt;b&gt;not bold&lt;/b&gt;"
)
MARKDOWN = "# Title\n\n- a **b**\n\n| a | b |\n|--|--|\n| 1 | 2 |"

TABLE: Json = {
    "type": "table",
    "column_settings": [{"is_wrapped": True}, {"align": "right"}, {"align": "right"}],
    "rows": [
        [raw("team"), raw("spirit"), raw("games")],
        *[[raw(name), raw(f"{score:.2f}"), raw(str(games))] for name, score, games in TEAMS],
    ],
}
DATA_TABLE: Json = {
    "type": "data_table",
    "caption": "Teams by spirit score",
    "page_size": 5,
    "rows": [
        [raw("team"), raw("spirit"), raw("games")],
        *[
            [raw(name), {"type": "raw_number", "value": score, "text": f"{score:.2f}"}, raw(str(n))]
            for name, score, n in TEAMS
        ],
    ],
}


def chart(kind: str) -> Json:
    """Return a chart of the teams."""
    labels = [name[:20] for name, _, _ in TEAMS[:5]]
    if kind == "pie":
        segments = [{"label": name[:20], "value": score} for name, score, _ in TEAMS[:5]]
        return {
            "type": "data_visualization",
            "title": "Pie",
            "chart": {"type": kind} | {"segments": segments},
        }
    series = [
        {"name": "spirit", "data": [{"label": n[:20], "value": s} for n, s, _ in TEAMS[:5]]},
        {"name": "games", "data": [{"label": n[:20], "value": g} for n, _, g in TEAMS[:5]]},
    ]
    axis = {"categories": labels, "x_label": "Team", "y_label": "Score"}
    body = {"type": kind, "series": series, "axis_config": axis}
    return {"type": "data_visualization", "title": f"Spirit, {kind}", "chart": body}


ANSWER: list[Json] = [
    {
        "type": "section",
        "text": {
            "type": "mrkdwn",
            "text": FINDING,
        },
    },
    TABLE,
    {
        "type": "context",
        "elements": [
            {"type": "mrkdwn", "text": "Spring Classic · teams, spirit_scores · 7 rows · 1.2 s"}
        ],
    },
    {
        "type": "actions",
        "elements": [
            {"type": "button", "action_id": "sql", "text": plain("Show SQL"), "value": "q1"},
            {"type": "button", "action_id": "csv", "text": plain("CSV")},
            {
                "type": "button",
                "action_id": "again",
                "style": "primary",
                "text": plain("Ask again"),
                "confirm": {
                    "title": plain("Ask again?"),
                    "text": plain("The model will be asked once more."),
                    "confirm": plain("Ask"),
                    "deny": plain("Leave it"),
                },
            },
            {
                "type": "overflow",
                "action_id": "more",
                "options": [{"text": plain("Share to channel"), "value": "share"}],
            },
            {
                "type": "static_select",
                "action_id": "division",
                "placeholder": plain("Division"),
                "options": [
                    {"text": plain("Open"), "value": "open"},
                    {"text": plain("Mixed"), "value": "mixed"},
                ],
            },
        ],
    },
]

MODAL: Json = {
    "type": "modal",
    "callback_id": "settings",
    "title": plain("Choose events"),
    "submit": plain("Save"),
    "blocks": [
        {
            "type": "input",
            "block_id": "events",
            "label": plain("Events"),
            "hint": plain("This channel will ask about these alone."),
            "element": {
                "type": "multi_external_select",
                "action_id": "events",
                "min_query_length": 0,
                "placeholder": plain("Find an event"),
            },
        },
        {
            "type": "input",
            "block_id": "note",
            "optional": True,
            "label": plain("Note"),
            "element": {"type": "plain_text_input", "action_id": "note", "multiline": True},
        },
        {
            "type": "input",
            "block_id": "how",
            "label": plain("How often"),
            "element": {
                "type": "radio_buttons",
                "action_id": "how",
                "options": [
                    {"text": plain("Daily"), "value": "daily"},
                    {"text": plain("Never"), "value": "never"},
                ],
            },
        },
        {
            "type": "input",
            "block_id": "when",
            "optional": True,
            "label": plain("From"),
            "element": {"type": "datepicker", "action_id": "when"},
        },
    ],
}


def add_listeners(app: AsyncApp) -> None:
    """Make `app` the gallery."""
    _mentions(app)
    _clicks(app)
    _dialogs(app)
    _rest(app)


def _mentions(app: AsyncApp) -> None:
    @app.event("app_mention")
    async def mention(event: Json, say: Any, client: Any) -> None:
        place, ts = event["channel"], event["ts"]
        text = event["text"]
        if "chart" in text:
            for kinds in (("bar", "line"), ("area", "pie")):
                await say(text="charts", blocks=[chart(one) for one in kinds], thread_ts=ts)
        elif "data" in text:
            await say(text="data", blocks=[DATA_TABLE], thread_ts=ts)
        elif "status" in text:
            await client.assistant_threads_setStatus(
                channel_id=place, thread_ts=ts, status="is writing a query…"
            )
        elif "markup" in text:
            words = MARKUP
            await say(text=words, thread_ts=ts)
            await say(
                text="md",
                blocks=[
                    {
                        "type": "markdown",
                        "text": "# Title\n\n- a **b**\n\n| a | b |\n|--|--|\n| 1 | 2 |",
                    }
                ],
                thread_ts=ts,
            )
        else:
            await say(text="Tidal Wave leads with 13.40", blocks=ANSWER, thread_ts=ts)


def _clicks(app: AsyncApp) -> None:
    @app.action("sql")
    async def sql(ack: Any, respond: Any, body: Json) -> None:
        await ack()
        thread = body["message"].get("thread_ts")
        await respond(
            text="SQL",
            blocks=[
                {
                    "type": "rich_text",
                    "elements": [
                        {
                            "type": "rich_text_preformatted",
                            "elements": [
                                {
                                    "type": "text",
                                    "text": SQL,
                                }
                            ],
                        }
                    ],
                }
            ],
            replace_original=False,
            thread_ts=thread,
        )

    @app.action("csv")
    async def csv(ack: Any, body: Json, client: Any) -> None:
        await ack()
        lines = ["team,spirit", *(f'"{name}",{score}' for name, score, _ in TEAMS)]
        await client.files_upload_v2(
            channel=body["channel"]["id"],
            thread_ts=body["message"].get("thread_ts"),
            filename="answer.csv",
            title="Answer",
            content="\r\n".join(lines),
        )

    @app.action("again")
    async def again(ack: Any, body: Json, client: Any) -> None:
        await ack()
        await client.chat_update(
            channel=body["channel"]["id"], ts=body["message"]["ts"], text="asked again"
        )

    @app.action("division")
    async def division(ack: Any, body: Json, say: Any) -> None:
        await ack()
        chosen = body["actions"][0]["selected_option"]["value"]
        await say(text=f"division {chosen}", thread_ts=body["message"].get("thread_ts"))


def _dialogs(app: AsyncApp) -> None:
    @app.command("/stats-channel")
    async def channel(ack: Any, body: Json, client: Any) -> None:
        await ack()
        await client.views_open(trigger_id=body["trigger_id"], view=MODAL)

    @app.options("events")
    async def events(ack: Any, payload: Json) -> None:
        names = ["Spring Classic", "Winter Cup", "Harbour Open"]
        found = [name for name in names if payload["value"].lower() in name.lower()]
        await ack(options=[{"text": plain(name), "value": name} for name in found])

    @app.view("settings")
    async def settings(ack: Any, view: Json, body: Json, client: Any) -> None:
        values = view["state"]["values"]
        chosen = [one["text"]["text"] for one in values["events"]["events"]["selected_options"]]
        if len(chosen) > 1:
            await ack(response_action="errors", errors={"events": "One event only, please."})
            return
        await ack()
        how = values["how"]["how"]["selected_option"]["value"]
        await client.chat_postMessage(channel="general", text=f"bound to {chosen[0]}, {how}")


def _rest(app: AsyncApp) -> None:
    @app.command("/stats")
    async def stats(ack: Any, command: Json) -> None:
        await ack(f"You asked: {command['text']}")

    @app.event("app_home_opened")
    async def home(event: Json, client: Any) -> None:
        if event["tab"] != "home":
            return
        view = {
            "type": "home",
            "blocks": [
                {"type": "header", "text": plain("How to ask")},
                {"type": "section", "text": {"type": "mrkdwn", "text": "Mention me in a channel."}},
            ],
        }
        await client.views_publish(user_id=event["user"], view=view)

    @app.event("message")
    async def message(event: Json, say: Any) -> None:
        # In a channel a mention comes as a message too.
        if event["channel_type"] == "im" and "subtype" not in event and "bot_id" not in event:
            await say(text=f"in private: {event['text']}")
