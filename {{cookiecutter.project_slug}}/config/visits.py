"""How the query budgets visit the pages of the site as a whole."""

from kickoff.budgets import Visit, Visits

visits = Visits(routes={"home": Visit(fixed="It says that the site runs, and nothing else.")})
