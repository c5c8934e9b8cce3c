"""What happens to an orchestration between two messages?

The rules of the Durable Task engine, as the recordings of the real host show them: history, replay
of actions, episodes, timers, entities.
"""
