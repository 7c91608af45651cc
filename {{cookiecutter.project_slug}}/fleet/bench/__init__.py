"""`make bench`: what the site costs, side by side with the plainest way to do the same.

Only `probes` and `peers`, which run in processes of their own, know the site; the rest drives them.
"""
