"""Jobs: what may be done in the background, asked for, carried, held by a lease and tried again; and the schedule."""
