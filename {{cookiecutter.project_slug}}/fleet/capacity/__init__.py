"""What a request costs, measured on the fleet of this machine; and whether what follows from it is
what the fleet then carries.

    python -m fleet.capacity measure    writes service_times.json, which manage.py capacity reads
    python -m fleet.capacity check      writes docs/capacity.md
"""
