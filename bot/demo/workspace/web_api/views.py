"""views.*: modals and the app's Home."""

from __future__ import annotations

import secrets

from bot.demo.workspace.blocks import check_view
from bot.demo.workspace.errors import SlackError
from bot.demo.workspace.messages import with_ids
from bot.demo.workspace.state import Json, OpenView, State, new_id
from bot.demo.workspace.web_api.calls import Call, Method, trigger

DEEPEST = 3
"""Views that may lie on one another."""


def opened(state: State, user: str, view: Json, stack: tuple[str, ...] = ()) -> OpenView:
    """Register a view for `user`, above those of `stack`, with all that Slack adds to it."""
    made = OpenView(new_id("V"), user, {}, stack)
    root = stack[0] if stack else made.id
    made.view = _complete(state, view) | {
        "id": made.id,
        "root_view_id": root,
        "previous_view_id": stack[-1] if stack else None,
    }
    state.views[made.id] = made
    return made


def _complete(state: State, view: Json) -> Json:
    defaults: Json = {
        "team_id": state.team,
        "app_id": state.app,
        "app_installed_team_id": state.team,
        "bot_id": state.bot_id,
        "private_metadata": "",
        "callback_id": "",
        "external_id": "",
        "clear_on_close": False,
        "notify_on_close": False,
        "close": None,
        "submit": None,
        "state": {"values": {}},
    }
    return (
        defaults
        | view
        | {
            "blocks": with_ids(view["blocks"]),
            "hash": f"{int(state.clock())}.{secrets.token_hex(4)}",
        }
    )


def replace(state: State, old: OpenView, view: Json) -> OpenView:
    """Put other content into an open view."""
    kept = ("id", "root_view_id", "previous_view_id")
    old.view = _complete(state, view) | {name: old.view[name] for name in kept}
    return old


def tell(state: State, view: OpenView | None, user: str) -> None:
    """Show a person the view that is on top, or that there is none."""
    state.publish({"type": "view", "view": view.view if view else None}, {user})


def open_view(call: Call) -> Json:
    """Open a modal for whoever pulled the trigger."""
    check_view(call.args["view"], "modal")
    ticket = trigger(call)
    made = opened(call.state, ticket.user, call.args["view"])
    tell(call.state, made, ticket.user)
    return {"view": made.view}


def push(call: Call) -> Json:
    """Lay a modal over the one that the trigger came from. Error: push_limit_reached."""
    check_view(call.args["view"], "modal")
    ticket = trigger(call)
    below = call.state.views.get(ticket.view)
    if below is None:
        raise SlackError("not_found")
    stack = (*below.stack, below.id)
    if len(stack) >= DEEPEST:
        raise SlackError("push_limit_reached")
    made = opened(call.state, ticket.user, call.args["view"], stack)
    tell(call.state, made, ticket.user)
    return {"view": made.view}


def update(call: Call) -> Json:
    """Change an open view, by view_id or external_id. Errors: not_found, hash_conflict."""
    wanted = call.args.get("view_id"), call.args.get("external_id")
    for view in call.state.views.values():
        if view.id == wanted[0] or (wanted[1] and view.view["external_id"] == wanted[1]):
            break
    else:
        raise SlackError("not_found")
    if call.args.get("hash") not in (None, "", view.view["hash"]):
        raise SlackError("hash_conflict")
    check_view(call.args["view"], "modal")
    replace(call.state, view, call.args["view"])
    tell(call.state, view, view.user)
    return {"view": view.view}


def publish(call: Call) -> Json:
    """Set the Home of a person."""
    user = str(call.args["user_id"])
    if user not in call.state.people:
        raise SlackError("user_not_found")
    check_view(call.args["view"], "home")
    home = OpenView(new_id("V"), user, {})
    home.view = _complete(call.state, call.args["view"]) | {
        "id": home.id,
        "root_view_id": home.id,
        "previous_view_id": None,
    }
    call.state.homes[user] = home
    call.state.publish({"type": "home", "home": home.view}, {user})
    return {"view": home.view}


METHODS = {
    "views.open": Method(open_view, ("view",), tier=4),
    "views.publish": Method(publish, ("view", "user_id"), tier=4),
    "views.push": Method(push, ("view",), tier=4),
    "views.update": Method(update, ("view",), tier=4),
}
