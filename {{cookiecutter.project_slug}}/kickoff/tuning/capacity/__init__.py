"""How large a fleet must be: from measured service times and a number of visitors to machines.

    python manage.py capacity --users 100000 --think 30

docs/scaling.md explains the arithmetic.
"""
