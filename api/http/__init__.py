"""What all endpoints share: registration, bodies, queries, paging, responses, problems."""
