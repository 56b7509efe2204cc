"""An invented tournament database with the tables of the game-stats-api.

    events = await load_sample(owner_url, SampleSpec(events=3, today=date.today()))

Everything comes out of the seed. "Spring Classic" (slug spring-classic) is being played on the
given day, "Winter Cup" is over, "Autumn Open" is to come. Names are invented; numbers follow real
seasons. It holds all the traps of the real data: deleted rows, several words for one state, games
without a round, goals without a player, forgotten spirit scores.
"""

from bot.demo.sample.copies import Copies, copies_of, open_copies
from bot.demo.sample.database import READER, SampleDatabase, open_sample
from bot.demo.sample.load import SampleError, load_sample
from bot.demo.sample.spec import SampleSpec

__all__ = [
    "READER",
    "Copies",
    "SampleDatabase",
    "SampleError",
    "SampleSpec",
    "copies_of",
    "load_sample",
    "open_copies",
    "open_sample",
]
