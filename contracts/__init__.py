"""What is persisted: names, payloads, codec. Running orders notice a change here."""
