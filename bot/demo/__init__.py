"""The demo: everything that the bot needs on a machine that has nothing, and sample data.

`leash` ties programs to their parent's life, `servers` runs PostgreSQL and Valkey from wheels,
`sample` invents a tournament database. No other room imports this one.
"""
