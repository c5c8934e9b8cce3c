"""Events of partners: signed requests that are stored and answered at once."""
