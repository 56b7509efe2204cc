"""What a reader sees: pure functions from outcomes to Slack messages, views and files.

Nothing here talks to Slack. Text from the database or from a person never reaches a field that
Slack reads as markup, except escaped; so nobody is pinged and nothing is linked.
"""
