"""The steady load, in a process of its own: the mix of fleet/load.py at a fixed rate.

Not by locust, whose visitors wait for their answers: when a node hangs they would send less, and
the worst moment would have the fewest witnesses. Here the next request comes at its time whatever
the last one does, and each one is written down with its start, end, status and node. It costs two
cores a tenth of what they can do.
"""
