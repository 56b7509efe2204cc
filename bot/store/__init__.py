"""The bot's own data: bindings, answers, digests (PostgreSQL); SQL cache, limits, claims (Redis).

    async with open_store(database_url, redis_url) as store:
        events = await store.bindings.get(team, channel)

Neither server need be up at the start; while one is down, what needs it raises StoreDown, except
the cache and the flights, which do without.
"""

from bot.store.answers import Answers, Recent, StoredAnswer
from bot.store.asked import Asked, Said, Standing
from bot.store.audit import Audit, Day, Usage
from bot.store.backup import BackupError, Taken, export, take_in
from bot.store.bindings import Binding, Bindings
from bot.store.cache import Cache
from bot.store.choices import ModelChoice, ModelChoices
from bot.store.claims import Claims
from bot.store.database import Database, open_database
from bot.store.digests import DigestResult, Digests, DigestSchedule
from bot.store.errors import StoreDown, StoreError, StoreFailed, TokenUnreadable
from bot.store.feedback import Feedback, Reason, Reviewable, Verdict
from bot.store.flights import Flights
from bot.store.installations import Installation, Installations, Keys
from bot.store.limits import Left, Limits, readable
from bot.store.live import LiveMessage, LiveMessages
from bot.store.migrate import migrate
from bot.store.rules import Rule, Ruled, Rules, Subject
from bot.store.stops import Stops
from bot.store.store import Store, open_store
from bot.store.verified import Scope, Verified, VerifiedQuestion, event_place

__all__ = [
    "Answers",
    "Asked",
    "Audit",
    "BackupError",
    "Binding",
    "Bindings",
    "Cache",
    "Claims",
    "Database",
    "Day",
    "DigestResult",
    "DigestSchedule",
    "Digests",
    "Feedback",
    "Flights",
    "Installation",
    "Installations",
    "Keys",
    "Left",
    "Limits",
    "LiveMessage",
    "LiveMessages",
    "ModelChoice",
    "ModelChoices",
    "Reason",
    "Recent",
    "Reviewable",
    "Rule",
    "Ruled",
    "Rules",
    "Said",
    "Scope",
    "Standing",
    "Stops",
    "Store",
    "StoreDown",
    "StoreError",
    "StoreFailed",
    "StoredAnswer",
    "Subject",
    "Taken",
    "TokenUnreadable",
    "Usage",
    "Verdict",
    "Verified",
    "VerifiedQuestion",
    "event_place",
    "export",
    "migrate",
    "open_database",
    "open_store",
    "readable",
    "take_in",
]
