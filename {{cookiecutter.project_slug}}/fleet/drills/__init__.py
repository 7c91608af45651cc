"""`make drill`: what visitors notice when a part of the fleet breaks.

Visitors come at a steady rate all the time, and one of the `catalogue` after the other breaks
something. Each has promises, and some hold for all: what a page shows is right for its time, and a
line-up that was acknowledged is in the database.

Only `probes`, which run in processes of their own, know the site; the rest drives them.
"""
