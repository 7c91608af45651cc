"""The World Cup of openfootball: its files become a competition, or a live feed of it.

files       reads the three files of a directory, as they are written
times       dates, times and minutes in them
squads      the teams and their players, checked
schedule    the matches and their results, checked
tournament  both together
names       who of a squad is meant by a name in another spelling
scorers     assigns the goals of the matches to players
rows        compares with the database, and changes what differs
importer    brings the tournament into the database
feed        tells what happened in a round as a live feed would
"""
