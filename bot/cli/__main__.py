"""`python -m bot.cli` is `game-stats-bot`."""

from bot.cli.program import main

if __name__ == "__main__":
    main()
