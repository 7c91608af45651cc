"""Features that reach people step by step, and stay with whom they have reached."""
