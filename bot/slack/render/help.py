"""The help texts of the slash commands; mrkdwn of our own making."""

from __future__ import annotations

from bot.texts import say


def stats() -> str:
    """The help of `/stats`, which is for everybody."""
    return say("help.stats")


ADMIN = (
    "*For workspace admins*\n"
    "`/stats-admin` alone lets you choose from all of this.\n"
    "`/stats-admin limits` shows and sets who may ask how often; `limits @person 5/hour`, "
    "`limits #channel 30/hour` and `limits @person reset` do it at once.\n"
    "`/stats-admin usage` counts the last two weeks.\n"
    "`/stats-admin audit @person #channel` shows who asked what, with the SQL that ran.\n"
    "`/stats-admin cache clear` forgets this workspace's cached SQL.\n"
    "`/stats-admin block @person` stops their questions, `unblock @person` lets them ask again.\n"
    "`/stats-admin forget @person` takes a person out of everything that I keep.\n"
    "Feedback, verified questions, channels and errors are in my Home."
)

MODEL = (
    "*How the language model is*\n"
    "`/stats-model` shows the server, its models, what is loaded and until when, the queue, and "
    "the last hour's times and errors.\n"
    "Admins: `/stats-model pull NAME` fetches a model, `use NAME` asks it from now on (`use "
    "default` goes back), `fallback NAME…` says which are asked where it cannot (`fallback none`), "
    "`warm` and `evict NAME` load and unload it, `test` asks three questions about this channel's "
    "event."
)

CHANNEL = (
    "*Which events this channel is about*\n"
    "`/stats-channel` lets an admin choose them by name.\n"
    "`/stats-channel show` says which they are.\n"
    "`/stats-channel unbind` disconnects the channel (admins)."
)

DIGEST = (
    "*A digest in this channel*\n"
    "`/stats-digest` lets an admin choose when it comes and what it tells.\n"
    "`/stats-digest every match day at 18:00` says when it comes: plain words such as `weekdays at "
    "9` or `30 minutes after the last game`, or cron. It is quiet outside the event's dates.\n"
    "`/stats-digest sections results, next, spirit` says what it tells; alone it lists them all.\n"
    "`/stats-digest language de` says in which language, here and in the live message.\n"
    "`/stats-digest preview` shows it to you alone; `now` posts it at once.\n"
    "`/stats-digest pause`, `resume` and `off`; `show` says how it is.\n"
    "`/stats-digest live on` keeps a message of scores and standings up to date on match days; "
    "`live off` ends that.\n"
    "Admins decide; `show` and `help` are for everybody."
)
