"""auth, team, bots, users and api: who is who."""

from __future__ import annotations

from bot.demo.workspace.errors import SlackError
from bot.demo.workspace.state import Json, Person, State
from bot.demo.workspace.web_api.calls import Call, Method, page_of


def about(state: State, person: Person) -> Json:
    """Describe a person as users.info does."""
    found: Json = {
        "id": person.id,
        "team_id": state.team,
        "name": person.handle,
        "real_name": person.name,
        "deleted": False,
        "tz": person.tz,
        "tz_offset": person.tz_offset,
        "is_admin": person.is_admin,
        "is_owner": False,
        "is_bot": person.is_bot,
        "profile": {"real_name": person.name, "display_name": person.name},
    }
    return found


def auth_test(call: Call) -> Json:
    """Say whose token it is."""
    state = call.state
    return {
        "url": f"{state.base_url}/",
        "team": state.team_name,
        "team_id": state.team,
        "user": state.bot.handle,
        "user_id": state.bot.id,
        "bot_id": state.bot_id,
        "is_enterprise_install": False,
    }


def api_test(call: Call) -> Json:
    """Echo the arguments, or fail as asked."""
    if call.args.get("error"):
        raise SlackError(str(call.args["error"]), args=call.args)
    return {"args": call.args}


def team_info(call: Call) -> Json:
    """Describe the workspace."""
    call.need("team:read")
    state = call.state
    team = {"id": state.team, "name": state.team_name, "domain": "local", "email_domain": ""}
    return {"team": team}


def bots_info(call: Call) -> Json:
    """Describe the app's bot."""
    call.need("users:read")
    state = call.state
    if call.args.get("bot") not in (None, "", state.bot_id):
        raise SlackError("bot_not_found")
    return {
        "bot": {
            "id": state.bot_id,
            "deleted": False,
            "name": state.bot.name,
            "app_id": state.app,
            "user_id": state.bot.id,
        }
    }


def users_info(call: Call) -> Json:
    """Describe one person. Errors: user_not_found."""
    call.need("users:read")
    person = call.state.everyone().get(str(call.args["user"]))
    if person is None:
        raise SlackError("user_not_found")
    found = about(call.state, person)
    if call.args.get("include_locale"):
        found["locale"] = person.locale
    return {"user": found}


def users_list(call: Call) -> Json:
    """List people and the app's bot user."""
    call.need("users:read")
    rows = [about(call.state, person) for person in call.state.everyone().values()]
    return page_of(rows, call.args, "members")


METHODS = {
    "api.test": Method(api_test, tier=0, token="none"),  # noqa: S106 - the kind of a token
    "auth.test": Method(auth_test, tier=0),
    "bots.info": Method(bots_info, takes_json=False),
    "team.info": Method(team_info, takes_json=False),
    "users.info": Method(users_info, ("user",), tier=4, takes_json=False),
    "users.list": Method(users_list, tier=2, takes_json=False),
}
